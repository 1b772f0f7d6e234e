// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

using Microsoft.Foundation.AuditCodes;
using Microsoft.Inventory.Item;
using Microsoft.Inventory.Journal;
using Microsoft.Inventory.Ledger;
using Microsoft.Inventory.Location;
using Microsoft.Inventory.Posting;
using Microsoft.Inventory.Tracking;
using Microsoft.Manufacturing.Capacity;
using Microsoft.Manufacturing.Document;
using Microsoft.Manufacturing.Journal;

/// <summary>
/// Books what Azumuta recorded for one line of a released production order, in the transaction of the insert.
/// Any error undoes all of it, as nothing commits inside: explicit commits are ignored, codeunit 23 is asked not to commit.
/// </summary>
codeunit 50100 "Azumuta Post"
{
    Access = Internal;

    var
        Booking: Record "Azumuta Booking";
        ProductionOrder: Record "Production Order";
        ProdOrderLine: Record "Prod. Order Line";
        ItemJournalBatch: Record "Item Journal Batch";
        OutputTracking: Record "Item Tracking Setup";
        Details: Codeunit "Azumuta Details";
        OrderRules: Codeunit "Azumuta Order Rules";
        SourceCode: Code[10];
        NextLineNo: Integer;
        BatchNameTok: Label 'AZUMUTA', Locked = true;
        BatchDescriptionTxt: Label 'Bookings of Azumuta';
        SameKeyErr: Label 'AZ-SAME-KEY: Booking %1 is there already. Read it.', Locked = true;
        UnknownOrderErr: Label 'AZ-UNKNOWN: There is no released production order %1. Compare the number in Azumuta.', Locked = true;
        UnknownLineErr: Label 'AZ-UNKNOWN: Production order %1 has no line %2. It was deleted, or the order was refreshed; link the product order to the line that there is now.', Locked = true;
        UnknownOperationErr: Label 'AZ-UNKNOWN: Line %1 has no operation %2. Correct the operation in Azumuta, or the routing of the order.', Locked = true;
        UnknownComponentErr: Label 'AZ-UNKNOWN: Line %1 has no component line %2. Correct the component in Azumuta, or the components of the order.', Locked = true;
        FinishedErr: Label 'AZ-STATE: Production order %1 is finished. Reopen it, or book what is missing by hand.', Locked = true;
        BlockedErr: Label 'AZ-STATE: Production order %1 is blocked. Unblock it, then replay the booking.', Locked = true;
        LastFlushesErr: Label 'AZ-STATE: Operation %2, the last one of line %1, has the flushing method %3, so Business Central posts the planned output by itself. Set it to Manual in the order.', Locked = true;
        FlushesErr: Label 'AZ-STATE: Operation %2 of line %1 has the flushing method %3, so Business Central posts it by itself. Set it to Manual in the order, or do not record it.', Locked = true;
        OperationFinishedErr: Label 'AZ-STATE: Operation %2 of line %1 is finished, so Business Central asks whether to post on it, and only a person can answer. Post it in the Output Journal, then settle the booking.', Locked = true;
        SubcontractedErr: Label 'AZ-STATE: Operation %2 of line %1 is subcontracted, so it is posted with the receipt of the purchase order. Receive it there.', Locked = true;
        CenterBlockedErr: Label 'AZ-STATE: The work or machine center of operation %2 of line %1 is blocked. Unblock it, then replay the booking.', Locked = true;
        FlushedComponentErr: Label 'AZ-STATE: Component line %2 of line %1 has the flushing method %3, so Business Central consumes it by itself, and this would be the second time. Set it to Manual in the order, or do not record it.', Locked = true;
        ShortErr: Label 'AZ-STATE: Component %1 needs %2, and location ''%3'' has %4 (in the base unit). Post the missing stock, then replay the booking.', Locked = true;
        NotPickedErr: Label 'AZ-STATE: Component %1 needs %2, of which %3 remains to be picked at location %4. Register the warehouse pick, then replay the booking.', Locked = true;
        NotFinishedErr: Label 'AZ-STATE: Business Central did not finish production order %1. Finish it there; a missing variant of a line is one reason.', Locked = true;
        OtherItemErr: Label 'AZ-CONFLICT: Line %1 is for item %2 ''%3'', and item %4 ''%5'' was built. Correct the line or the product order.', Locked = true;
        OtherUnitErr: Label 'AZ-FIGURES: Line %1 counts in %2, the booking in %3. Set the unit of the product order in Azumuta.', Locked = true;
        NothingBuiltErr: Label 'AZ-FIGURES: Neither good nor scrap was built. There is nothing to book.', Locked = true;
        NoDateErr: Label 'AZ-FIGURES: The posting date is missing. Update the connector.', Locked = true;
        LastOperationFiguresErr: Label 'AZ-FIGURES: The last operation %1 is recorded with %2 good and %3 scrap, the booking has %4 and %5. Correct the recording in Azumuta.', Locked = true;
        TwiceErr: Label 'AZ-FIGURES: %1 is given twice. Update the connector.', Locked = true;
        ReasonsErr: Label 'AZ-FIGURES: Reasons are given for %1 scrap, and %2 were scrapped. Correct the recording in Azumuta.', Locked = true;
        NoRoutingErr: Label 'AZ-FIGURES: Line %1 has no routing, so Business Central takes neither a scrap code nor an operation. Remove it in Azumuta, or give the order a routing.', Locked = true;
        LotsErr: Label 'AZ-FIGURES: The lots or serial numbers of item %1 add up to %2, and %3 are to be booked. Correct the recording in Azumuta.', Locked = true;
        NoTrackingErr: Label 'AZ-FIGURES: Item %1 has neither lots nor serial numbers in Business Central. Correct the item, or record none in Azumuta.', Locked = true;
        TwoNumbersErr: Label 'AZ-FIGURES: Item %1 needs a lot and a serial number, and Azumuta records one of them. Book by hand.', Locked = true;
        NumberLengthErr: Label 'AZ-FIGURES: Lot or serial number %1 has more than %2 characters. Correct the recording in Azumuta.', Locked = true;
        TemplateDescriptionTxt: Label 'Output Journal';
        BatchChangedErr: Label 'AZ-SETUP: Item journal batch %1 %2 has a number series, or no item tracking on lines. Empty No. Series and Posting No. Series, and set Item Tracking on Lines.', Locked = true;
        PutAwayErr: Label 'AZ-SETUP: Location %1 takes in output by an inventory put-away. Post it there by hand, or set Prod. Output Whse. Handling of the location to No Warehouse Handling.', Locked = true;
        OtherPostedErr: Label 'AZ-SETUP: Business Central posted %1 good and %2 scrap, and %3 and %4 were to be booked. Something changes item journal lines as they are posted; nothing was booked.', Locked = true;

    /// <summary>Its key makes it happen once: of two at the same time the second insert waits for the first transaction, and then fails.</summary>
    [CommitBehavior(CommitBehavior::Ignore)]
    procedure Post(var NewBooking: Record "Azumuta Booking"; DetailsText: Text; NoteText: Text)
    begin
        InsertBooking(NewBooking, DetailsText, NoteText);
        Details.Read(DetailsText);
        LockOrder();
        CheckLine();
        CheckLocation();
        CheckOperations();
        PrepareBatch();
        WriteOutput();
        WriteConsumption();
        PostLines();
        RecordPosted();
        if Booking."Finish Order" then
            FinishOrder();
        NewBooking := Booking;
    end;

    // With its return value used, the insert reaches the database at once and is not held back with others:
    // MicrosoftDocs/dynamics365smb-devitpro-pb dev-itpro/administration/optimize-sql-bulk-inserts.md.
    local procedure InsertBooking(NewBooking: Record "Azumuta Booking"; DetailsText: Text; NoteText: Text)
    begin
        Booking := NewBooking;
        Booking.WriteRequest(DetailsText);
        Booking.WriteNote(NoteText);
        Booking."Posted Good" := 0;
        Booking."Posted Scrap" := 0;
        Booking."First Entry No." := 0;
        Booking."Last Entry No." := 0;
        Booking."Capacity Entries" := false;
        if not Booking.Insert() then
            Error(SameKeyErr, Format(Booking."Booking Key"));
    end;

    // The order first, so that two lines of one order do not wait for each other's locks.
    local procedure LockOrder()
    begin
        ProductionOrder.ReadIsolation := IsolationLevel::UpdLock;
        if not ProductionOrder.Get(ProductionOrder.Status::Released, Booking."Order No.") then begin
            if ProductionOrder.Get(ProductionOrder.Status::Finished, Booking."Order No.") then
                Error(FinishedErr, Booking."Order No.");
            Error(UnknownOrderErr, Booking."Order No.");
        end;
        if ProductionOrder.Blocked then
            Error(BlockedErr, Booking."Order No.");
        ProdOrderLine.ReadIsolation := IsolationLevel::UpdLock;
        if not ProdOrderLine.Get(ProdOrderLine.Status::Released, Booking."Order No.", Booking."Order Line No.") then
            Error(UnknownLineErr, Booking."Order No.", Booking."Order Line No.");
    end;

    local procedure CheckLine()
    var
        IsOtherItem: Boolean;
    begin
        IsOtherItem := (ProdOrderLine."Item No." <> Booking."Item No.") or (ProdOrderLine."Variant Code" <> Booking."Variant Code");
        if IsOtherItem then
            Error(OtherItemErr, LineName(), ProdOrderLine."Item No.", ProdOrderLine."Variant Code", Booking."Item No.", Booking."Variant Code");
        if ProdOrderLine."Unit of Measure Code" <> Booking."Unit of Measure Code" then
            Error(OtherUnitErr, LineName(), ProdOrderLine."Unit of Measure Code", Booking."Unit of Measure Code");
        if Booking."Posting Date" = 0D then
            Error(NoDateErr);
        Details.CheckFigure('good', Booking.Good);
        Details.CheckFigure('scrap', Booking.Scrap);
        if Booking.Good + Booking.Scrap = 0 then
            Error(NothingBuiltErr);
        if Details.SumOf(Details.ScrapReasons(), 'quantity') > Booking.Scrap then
            Error(ReasonsErr, Details.SumOf(Details.ScrapReasons(), 'quantity'), Booking.Scrap);
        OrderRules.FindOutputTracking(ProdOrderLine."Item No.", OutputTracking);
        CheckTracking(ProdOrderLine."Item No.", Booking.Good, Details.Lots(), OutputTracking);
    end;

    // The put-away posts what it takes in, and the Production Journal proposes nothing ("Mfg. Item Journal Line" CheckWhse). Without
    // this, output would be posted past it as long as no put-away was made. Of scrap alone nothing comes into stock.
    local procedure CheckLocation()
    var
        Location: Record Location;
    begin
        if (Booking.Good = 0) or not Location.Get(ProdOrderLine."Location Code") then
            exit;
        if Location."Prod. Output Whse. Handling" = Location."Prod. Output Whse. Handling"::"Inventory Put-away" then
            Error(PutAwayErr, Location.Code);
    end;

    local procedure CheckOperations()
    var
        ProdOrderRoutingLine: Record "Prod. Order Routing Line";
        GivenNumbers: List of [Text];
        Entry: JsonToken;
        OperationNo: Text;
    begin
        if not OrderRules.FindLastOperation(ProdOrderLine, ProdOrderRoutingLine) then begin
            if (Details.Operations().Count() > 0) or (Details.ScrapReasons().Count() > 0) then
                Error(NoRoutingErr, LineName());
            exit;
        end;
        if ProdOrderRoutingLine."Flushing Method" <> ProdOrderRoutingLine."Flushing Method"::Manual then
            Error(LastFlushesErr, LineName(), ProdOrderRoutingLine."Operation No.", ProdOrderRoutingLine."Flushing Method");
        CheckCanPost(ProdOrderRoutingLine);

        foreach Entry in Details.Operations() do begin
            OperationNo := UpperCase(Details.TextOf(Entry.AsObject(), 'no'));
            if StrLen(OperationNo) > MaxStrLen(ProdOrderRoutingLine."Operation No.") then
                Error(UnknownOperationErr, LineName(), OperationNo);
            if GivenNumbers.Contains(OperationNo) then
                Error(TwiceErr, OperationNo);
            GivenNumbers.Add(OperationNo);
            OrderRules.SelectOperations(ProdOrderLine, ProdOrderRoutingLine);
            ProdOrderRoutingLine.SetRange("Operation No.", OperationNo);
            if not ProdOrderRoutingLine.FindFirst() then
                Error(UnknownOperationErr, LineName(), OperationNo);
            if ProdOrderRoutingLine."Flushing Method" <> ProdOrderRoutingLine."Flushing Method"::Manual then
                Error(FlushesErr, LineName(), OperationNo, ProdOrderRoutingLine."Flushing Method");
            CheckCanPost(ProdOrderRoutingLine);
        end;
    end;

    // "Mfg. Item Journal Line" asks about a finished operation, and a question ends a call of a service.
    local procedure CheckCanPost(ProdOrderRoutingLine: Record "Prod. Order Routing Line")
    begin
        if ProdOrderRoutingLine."Routing Status" = ProdOrderRoutingLine."Routing Status"::Finished then
            Error(OperationFinishedErr, LineName(), ProdOrderRoutingLine."Operation No.");
        if OrderRules.IsSubcontracted(ProdOrderRoutingLine) then
            Error(SubcontractedErr, LineName(), ProdOrderRoutingLine."Operation No.");
        if OrderRules.IsCenterBlocked(ProdOrderRoutingLine) then
            Error(CenterBlockedErr, LineName(), ProdOrderRoutingLine."Operation No.");
    end;

    // A batch of our own in the template of the Output Journal, as a second template would make its page ask everybody which one.
    // A template of type Prod. Order refuses Item Tracking on Lines ("Item Journal Batch").
    local procedure PrepareBatch()
    var
        ItemJournalTemplate: Record "Item Journal Template";
        ItemJournalLine: Record "Item Journal Line";
        SourceCodeSetup: Record "Source Code Setup";
        IsChanged: Boolean;
    begin
        ItemJournalTemplate.SetRange("Page ID", Page::"Output Journal");
        ItemJournalTemplate.SetRange(Recurring, false);
        ItemJournalTemplate.SetRange(Type, ItemJournalTemplate.Type::Output);
        if not ItemJournalTemplate.FindFirst() then begin
            ItemJournalTemplate.Init();
            ItemJournalTemplate.Validate(Type, ItemJournalTemplate.Type::Output);
            ItemJournalTemplate.Validate("Page ID");
            ItemJournalTemplate.Name := Format(ItemJournalTemplate.Type, MaxStrLen(ItemJournalTemplate.Name));
            ItemJournalTemplate.Description := TemplateDescriptionTxt;
            ItemJournalTemplate.Insert();
        end;

        if not ItemJournalBatch.Get(ItemJournalTemplate.Name, BatchNameTok) then begin
            ItemJournalBatch.Init();
            ItemJournalBatch."Journal Template Name" := ItemJournalTemplate.Name;
            ItemJournalBatch.Name := BatchNameTok;
            ItemJournalBatch.Description := BatchDescriptionTxt;
            ItemJournalBatch.Validate("Item Tracking on Lines", true);
            ItemJournalBatch.Insert(true);
        end;
        IsChanged := (ItemJournalBatch."No. Series" <> '') or (ItemJournalBatch."Posting No. Series" <> '') or not ItemJournalBatch."Item Tracking on Lines";
        if IsChanged then
            Error(BatchChangedErr, ItemJournalBatch."Journal Template Name", ItemJournalBatch.Name);

        ItemJournalLine.LockTable();
        ItemJournalLine.SetRange("Journal Template Name", ItemJournalBatch."Journal Template Name");
        ItemJournalLine.SetRange("Journal Batch Name", ItemJournalBatch.Name);
        NextLineNo := 10000;
        if ItemJournalLine.FindLast() then
            NextLineNo := ItemJournalLine."Line No." + 10000;
        // With the source code of the production journal no approval workflow holds the lines ("Item Jnl.-Check Line" RunCheck).
        SourceCodeSetup.Get();
        SourceCode := SourceCodeSetup."Production Journal";
    end;

    local procedure WriteOutput()
    var
        ProdOrderRoutingLine: Record "Prod. Order Routing Line";
        LastOperation: Record "Prod. Order Routing Line";
    begin
        if not OrderRules.FindLastOperation(ProdOrderLine, LastOperation) then begin
            WriteLastOperation(LastOperation);
            exit;
        end;
        OrderRules.SelectOperations(ProdOrderLine, ProdOrderRoutingLine);
        ProdOrderRoutingLine.SetFilter("Operation No.", '<>%1', LastOperation."Operation No.");
        if ProdOrderRoutingLine.FindSet() then
            repeat
                WriteEarlierOperation(ProdOrderRoutingLine);
            until ProdOrderRoutingLine.Next() = 0;
        WriteLastOperation(LastOperation);
    end;

    // Parts linked to an operation are consumed with its output, and Business Central does not ask for it: without a recording the
    // good quantity is posted there too, as the Production Journal proposes it ("Production Journal Mgt" InsertOutputItemJnlLine).
    local procedure WriteEarlierOperation(ProdOrderRoutingLine: Record "Prod. Order Routing Line")
    var
        ItemJournalLine: Record "Item Journal Line";
        Operation: JsonObject;
        IsForOthers: Boolean;
    begin
        if FindRecorded(ProdOrderRoutingLine."Operation No.", Operation) then begin
            StartOutput(ItemJournalLine, ProdOrderRoutingLine);
            SetTimes(ItemJournalLine, Operation);
            SetQuantities(ItemJournalLine, Details.FigureOf(Operation, 'good', Booking.Good + Booking.Scrap), Details.FigureOf(Operation, 'scrap'));
            ItemJournalLine.Finished := MayFinish(Details.IsTrue(Operation, 'finished'));
            InsertLine(ItemJournalLine);
            exit;
        end;
        IsForOthers :=
            (ProdOrderRoutingLine."Flushing Method" <> ProdOrderRoutingLine."Flushing Method"::Manual) or
            (ProdOrderRoutingLine."Routing Status" = ProdOrderRoutingLine."Routing Status"::Finished) or
            OrderRules.IsSubcontracted(ProdOrderRoutingLine);
        if IsForOthers or (Booking.Good = 0) then
            exit;
        if OrderRules.IsCenterBlocked(ProdOrderRoutingLine) then
            Error(CenterBlockedErr, LineName(), ProdOrderRoutingLine."Operation No.");
        StartOutput(ItemJournalLine, ProdOrderRoutingLine);
        SetQuantities(ItemJournalLine, Booking.Good, 0);
        ItemJournalLine.Finished := MayFinish(CompletesLine());
        InsertLine(ItemJournalLine);
    end;

    // One line for the good quantity, or for each lot; one for each reason of scrap, and one for the rest. The first one has the times.
    local procedure WriteLastOperation(LastOperation: Record "Prod. Order Routing Line")
    var
        Operation: JsonObject;
        Entry: JsonToken;
        ScrapWithoutReason: Decimal;
        IsFinished: Boolean;
        WithTimes: Boolean;
    begin
        IsFinished := MayFinish(CompletesLine());
        if FindRecorded(LastOperation."Operation No.", Operation) then begin
            CheckLastFigures(LastOperation."Operation No.", Operation);
            IsFinished := MayFinish(Details.IsTrue(Operation, 'finished'));
        end;
        WithTimes := true;

        if (Booking.Good > 0) and (Details.Lots().Count() = 0) then
            WriteGood(LastOperation, Operation, WithTimes, IsFinished, '', Booking.Good);
        foreach Entry in Details.Lots() do
            WriteGood(LastOperation, Operation, WithTimes, IsFinished, Details.TextOf(Entry.AsObject(), 'number'), Details.FigureOf(Entry.AsObject(), 'quantity'));

        foreach Entry in Details.ScrapReasons() do
            WriteScrap(LastOperation, Operation, WithTimes, IsFinished, Details.TextOf(Entry.AsObject(), 'code'), Details.FigureOf(Entry.AsObject(), 'quantity'));
        ScrapWithoutReason := Booking.Scrap - Details.SumOf(Details.ScrapReasons(), 'quantity');
        if ScrapWithoutReason > 0 then
            WriteScrap(LastOperation, Operation, WithTimes, IsFinished, '', ScrapWithoutReason);
    end;

    local procedure WriteGood(LastOperation: Record "Prod. Order Routing Line"; Operation: JsonObject; var WithTimes: Boolean; IsFinished: Boolean; Number: Text; Good: Decimal)
    var
        ItemJournalLine: Record "Item Journal Line";
    begin
        StartOutput(ItemJournalLine, LastOperation);
        if WithTimes then
            SetTimes(ItemJournalLine, Operation);
        WithTimes := false;
        SetQuantities(ItemJournalLine, Good, 0);
        SetNumber(ItemJournalLine, Number, OutputTracking);
        ItemJournalLine.Finished := IsFinished;
        InsertLine(ItemJournalLine);
    end;

    local procedure WriteScrap(LastOperation: Record "Prod. Order Routing Line"; Operation: JsonObject; var WithTimes: Boolean; IsFinished: Boolean; Reason: Text; Scrap: Decimal)
    var
        ItemJournalLine: Record "Item Journal Line";
    begin
        StartOutput(ItemJournalLine, LastOperation);
        if WithTimes then
            SetTimes(ItemJournalLine, Operation);
        WithTimes := false;
        SetQuantities(ItemJournalLine, 0, Scrap);
        if Reason <> '' then
            ItemJournalLine.Validate("Scrap Code", Reason);
        ItemJournalLine.Finished := IsFinished;
        InsertLine(ItemJournalLine);
    end;

    // The validations in the order of "Production Journal Mgt" InsertOutputItemJnlLine: each one fills what the next ones read.
    local procedure StartOutput(var ItemJournalLine: Record "Item Journal Line"; ProdOrderRoutingLine: Record "Prod. Order Routing Line")
    begin
        StartLine(ItemJournalLine, Enum::"Item Ledger Entry Type"::Output);
        ItemJournalLine.Validate("Order Line No.", ProdOrderLine."Line No.");
        ItemJournalLine.Validate("Item No.", ProdOrderLine."Item No.");
        ItemJournalLine.Validate("Variant Code", ProdOrderLine."Variant Code");
        ItemJournalLine.Validate("Location Code", ProdOrderLine."Location Code");
        ItemJournalLine.Validate("Dimension Set ID", ProdOrderLine."Dimension Set ID");
        if ProdOrderLine."Bin Code" <> '' then
            ItemJournalLine.Validate("Bin Code", ProdOrderLine."Bin Code");
        ItemJournalLine.Validate("Routing No.", ProdOrderLine."Routing No.");
        ItemJournalLine.Validate("Routing Reference No.", ProdOrderLine."Routing Reference No.");
        if ProdOrderRoutingLine."Operation No." <> '' then
            ItemJournalLine.Validate("Operation No.", ProdOrderRoutingLine."Operation No.");
        ItemJournalLine.Validate("Unit of Measure Code", ProdOrderLine."Unit of Measure Code");
        ItemJournalLine."Flushing Method" := ItemJournalLine."Flushing Method"::Manual;
        // What is counted at an earlier operation makes no stock, so the rounding of the stock does not hold there.
        if ProdOrderRoutingLine."Next Operation No." <> '' then begin
            ItemJournalLine."Qty. Rounding Precision" := 0;
            ItemJournalLine."Qty. Rounding Precision (Base)" := 0;
        end;
    end;

    local procedure SetTimes(var ItemJournalLine: Record "Item Journal Line"; Operation: JsonObject)
    begin
        ItemJournalLine.Validate("Setup Time", Details.FigureOf(Operation, 'setup'));
        ItemJournalLine.Validate("Run Time", Details.FigureOf(Operation, 'run'));
    end;

    local procedure SetQuantities(var ItemJournalLine: Record "Item Journal Line"; Good: Decimal; Scrap: Decimal)
    begin
        ItemJournalLine.Validate("Output Quantity", Good);
        ItemJournalLine.Validate("Scrap Quantity", Scrap);
    end;

    local procedure SetNumber(var ItemJournalLine: Record "Item Journal Line"; Number: Text; ItemTrackingSetup: Record "Item Tracking Setup")
    begin
        if Number = '' then
            exit;
        if StrLen(Number) > MaxStrLen(ItemJournalLine."Lot No.") then
            Error(NumberLengthErr, Number, MaxStrLen(ItemJournalLine."Lot No."));
        if ItemTrackingSetup."Serial No. Required" then
            ItemJournalLine.Validate("Serial No.", Number)
        else
            ItemJournalLine.Validate("Lot No.", Number);
    end;

    local procedure WriteConsumption()
    var
        ProdOrderComponent: Record "Prod. Order Component";
        ItemTrackingSetup: Record "Item Tracking Setup";
        GivenLines: List of [Integer];
        Entry: JsonToken;
        Lot: JsonToken;
        Component: JsonObject;
        ComponentLineNo: Integer;
    begin
        foreach Entry in Details.Components() do begin
            Component := Entry.AsObject();
            ComponentLineNo := Details.FigureOf(Component, 'lineNo');
            if GivenLines.Contains(ComponentLineNo) then
                Error(TwiceErr, ComponentLineNo);
            GivenLines.Add(ComponentLineNo);
            FindComponent(ComponentLineNo, ProdOrderComponent);
            OrderRules.FindConsumptionTracking(ProdOrderComponent."Item No.", ItemTrackingSetup);
            CheckTracking(ProdOrderComponent."Item No.", Details.FigureOf(Component, 'quantity'), Details.LotsOf(Component), ItemTrackingSetup);
            CheckPicked(ProdOrderComponent, Details.FigureOf(Component, 'quantity'));
            CheckStock(ProdOrderComponent, Details.FigureOf(Component, 'quantity'));
            if Details.LotsOf(Component).Count() = 0 then
                WriteComponent(ProdOrderComponent, ItemTrackingSetup, '', Details.FigureOf(Component, 'quantity'));
            foreach Lot in Details.LotsOf(Component) do
                WriteComponent(ProdOrderComponent, ItemTrackingSetup, Details.TextOf(Lot.AsObject(), 'number'), Details.FigureOf(Lot.AsObject(), 'quantity'));
        end;
    end;

    local procedure FindComponent(ComponentLineNo: Integer; var ProdOrderComponent: Record "Prod. Order Component")
    var
        IsManual: Boolean;
    begin
        if not ProdOrderComponent.Get(ProdOrderLine.Status, ProdOrderLine."Prod. Order No.", ProdOrderLine."Line No.", ComponentLineNo) then
            Error(UnknownComponentErr, LineName(), ComponentLineNo);
        IsManual := ProdOrderComponent."Flushing Method" in [ProdOrderComponent."Flushing Method"::Manual, ProdOrderComponent."Flushing Method"::"Pick + Manual"];
        if not IsManual then
            Error(FlushedComponentErr, LineName(), ComponentLineNo, ProdOrderComponent."Flushing Method");
    end;

    // Business Central looks at the pick only where a quantity is typed into a line that has its component ("Prod. Order Warehouse
    // Mgt." OnItemLineVerifyChangeOnCheckEntryType), and the Production Journal proposes what was picked. What the order itself makes
    // is not picked.
    local procedure CheckPicked(ProdOrderComponent: Record "Prod. Order Component"; Quantity: Decimal)
    var
        Location: Record Location;
        NotPicked: Decimal;
        IsPicked: Boolean;
    begin
        IsPicked := (ProdOrderComponent."Flushing Method" = ProdOrderComponent."Flushing Method"::"Pick + Manual") and (ProdOrderComponent."Planning Level Code" = 0);
        if not IsPicked or not Location.Get(ProdOrderComponent."Location Code") then
            exit;
        if Location."Prod. Consump. Whse. Handling" <> Location."Prod. Consump. Whse. Handling"::"Warehouse Pick (mandatory)" then
            exit;
        NotPicked := Quantity + ProdOrderComponent."Expected Quantity" - ProdOrderComponent."Remaining Quantity" - ProdOrderComponent."Qty. Picked";
        if NotPicked > 0 then
            Error(NotPickedErr, ProdOrderComponent."Item No.", Quantity, NotPicked, Location.Code);
    end;

    // Consumption never goes below zero ("Item Ledger Entry" VerifyOnInventory): this says how much there is.
    local procedure CheckStock(ProdOrderComponent: Record "Prod. Order Component"; Quantity: Decimal)
    var
        Item: Record Item;
        Need: Decimal;
    begin
        Item.Get(ProdOrderComponent."Item No.");
        if not Item.IsInventoriableType() then
            exit;
        Item.SetRange("Location Filter", ProdOrderComponent."Location Code");
        Item.SetRange("Variant Filter", ProdOrderComponent."Variant Code");
        Item.CalcFields(Inventory);
        Need := Round(Quantity * ProdOrderComponent."Qty. per Unit of Measure", 0.00001);
        if Item.Inventory < Need then
            Error(ShortErr, ProdOrderComponent."Item No.", Need, ProdOrderComponent."Location Code", Item.Inventory);
    end;

    // The validations in the order of "Production Journal Mgt" InsertConsumptionItemJnlLine.
    local procedure WriteComponent(ProdOrderComponent: Record "Prod. Order Component"; ItemTrackingSetup: Record "Item Tracking Setup"; Number: Text; Quantity: Decimal)
    var
        ItemJournalLine: Record "Item Journal Line";
    begin
        if Quantity = 0 then
            exit;
        StartLine(ItemJournalLine, Enum::"Item Ledger Entry Type"::Consumption);
        ItemJournalLine.Validate("Source No.", ProdOrderLine."Item No.");
        ItemJournalLine.Validate("Item No.", ProdOrderComponent."Item No.");
        ItemJournalLine.Validate("Unit of Measure Code", ProdOrderComponent."Unit of Measure Code");
        ItemJournalLine.Description := ProdOrderComponent.Description;
        ItemJournalLine.Validate(Quantity, Quantity);
        ItemJournalLine.Validate("Location Code", ProdOrderComponent."Location Code");
        ItemJournalLine.Validate("Dimension Set ID", ProdOrderComponent."Dimension Set ID");
        if ProdOrderComponent."Bin Code" <> '' then
            ItemJournalLine."Bin Code" := ProdOrderComponent."Bin Code";
        ItemJournalLine."Variant Code" := ProdOrderComponent."Variant Code";
        ItemJournalLine.Validate("Order Line No.", ProdOrderComponent."Prod. Order Line No.");
        ItemJournalLine.Validate("Prod. Order Comp. Line No.", ProdOrderComponent."Line No.");
        ItemJournalLine."Flushing Method" := ProdOrderComponent."Flushing Method";
        SetNumber(ItemJournalLine, Number, ItemTrackingSetup);
        InsertLine(ItemJournalLine);
    end;

    local procedure StartLine(var ItemJournalLine: Record "Item Journal Line"; EntryType: Enum "Item Ledger Entry Type")
    begin
        ItemJournalLine.Init();
        ItemJournalLine."Journal Template Name" := ItemJournalBatch."Journal Template Name";
        ItemJournalLine."Journal Batch Name" := ItemJournalBatch.Name;
        ItemJournalLine."Line No." := NextLineNo;
        NextLineNo += 10000;
        ItemJournalLine.Validate("Posting Date", Booking."Posting Date");
        ItemJournalLine.Validate("Entry Type", EntryType);
        ItemJournalLine.Validate("Order Type", ItemJournalLine."Order Type"::Production);
        ItemJournalLine.Validate("Order No.", ProdOrderLine."Prod. Order No.");
    end;

    local procedure InsertLine(var ItemJournalLine: Record "Item Journal Line")
    begin
        // Set by the order number only where "Doc. No. Is Prod. Order No." is on; a line without one is refused.
        ItemJournalLine."Document No." := ProdOrderLine."Prod. Order No.";
        ItemJournalLine."External Document No." := Booking.ExternalDocumentNo();
        ItemJournalLine."Source Code" := SourceCode;
        ItemJournalLine."Reason Code" := ItemJournalBatch."Reason Code";
        ItemJournalLine.Insert();
    end;

    local procedure PostLines()
    var
        ItemJournalLine: Record "Item Journal Line";
        ItemJnlPostBatch: Codeunit "Item Jnl.-Post Batch";
    begin
        ItemJournalLine.SetRange("Journal Template Name", ItemJournalBatch."Journal Template Name");
        ItemJournalLine.SetRange("Journal Batch Name", ItemJournalBatch.Name);
        ItemJournalLine.SetRange("External Document No.", Booking.ExternalDocumentNo());
        ItemJournalLine.FindFirst();
        ItemJnlPostBatch.SetSuppressCommit(true);
        ItemJnlPostBatch.Run(ItemJournalLine);
    end;

    // From the ledgers, not from the journal lines: the row says what is in the books.
    local procedure RecordPosted()
    var
        ItemLedgerEntry: Record "Item Ledger Entry";
        CapacityLedgerEntry: Record "Capacity Ledger Entry";
        IsOtherPosted: Boolean;
    begin
        SelectItemEntries(ItemLedgerEntry);
        if ItemLedgerEntry.FindLast() then
            Booking."Last Entry No." := ItemLedgerEntry."Entry No.";
        if ItemLedgerEntry.FindFirst() then
            Booking."First Entry No." := ItemLedgerEntry."Entry No.";
        ItemLedgerEntry.SetRange("Entry Type", ItemLedgerEntry."Entry Type"::Output);
        ItemLedgerEntry.CalcSums(Quantity);

        SelectCapacityEntries(CapacityLedgerEntry);
        Booking."Capacity Entries" := Booking."Last Entry No." = 0;
        if Booking."Capacity Entries" then begin
            if CapacityLedgerEntry.FindLast() then
                Booking."Last Entry No." := CapacityLedgerEntry."Entry No.";
            if CapacityLedgerEntry.FindFirst() then
                Booking."First Entry No." := CapacityLedgerEntry."Entry No.";
        end;
        CapacityLedgerEntry.SetRange("Last Output Line", true);
        CapacityLedgerEntry.CalcSums("Scrap Quantity");

        // Both ledgers count in the base unit ("Mfg. Item Jnl.-Post Line" OnCodeOnAfterCalcQtyPerUnitOfMeasure).
        Booking."Posted Good" := Round(ItemLedgerEntry.Quantity / ProdOrderLine."Qty. per Unit of Measure", 0.00001);
        Booking."Posted Scrap" := Round(CapacityLedgerEntry."Scrap Quantity" / ProdOrderLine."Qty. per Unit of Measure", 0.00001);
        IsOtherPosted := (Booking."Posted Good" <> Booking.Good) or (Booking."Posted Scrap" <> Booking.Scrap);
        if IsOtherPosted then
            Error(OtherPostedErr, Booking."Posted Good", Booking."Posted Scrap", Booking.Good, Booking.Scrap);
        Booking.Modify();
    end;

    local procedure SelectItemEntries(var ItemLedgerEntry: Record "Item Ledger Entry")
    begin
        ItemLedgerEntry.SetRange("Order Type", ItemLedgerEntry."Order Type"::Production);
        ItemLedgerEntry.SetRange("Order No.", Booking."Order No.");
        ItemLedgerEntry.SetRange("Order Line No.", Booking."Order Line No.");
        ItemLedgerEntry.SetRange("External Document No.", Booking.ExternalDocumentNo());
    end;

    local procedure SelectCapacityEntries(var CapacityLedgerEntry: Record "Capacity Ledger Entry")
    begin
        CapacityLedgerEntry.SetRange("Order Type", CapacityLedgerEntry."Order Type"::Production);
        CapacityLedgerEntry.SetRange("Order No.", Booking."Order No.");
        CapacityLedgerEntry.SetRange("Order Line No.", Booking."Order Line No.");
        CapacityLedgerEntry.SetRange("External Document No.", Booking.ExternalDocumentNo());
    end;

    // Finishing takes all lines of the order, asks nobody in a service, and posts what flushes. So it is done on demand only, and
    // where nothing remains on any line.
    local procedure FinishOrder()
    var
        OpenLine: Record "Prod. Order Line";
        FinishedOrder: Record "Production Order";
        ProdOrderStatusManagement: Codeunit "Prod. Order Status Management";
    begin
        OpenLine.SetRange(Status, ProductionOrder.Status);
        OpenLine.SetRange("Prod. Order No.", ProductionOrder."No.");
        OpenLine.SetFilter("Remaining Quantity", '<>%1', 0);
        if not OpenLine.IsEmpty() then
            exit;
        ProductionOrder.Get(ProductionOrder.Status, ProductionOrder."No.");
        ProdOrderStatusManagement.ChangeProdOrderStatus(ProductionOrder, Enum::"Production Order Status"::Finished, Booking."Posting Date", false);
        // ChangeProdOrderStatus leaves the order as it is, without an error, where a variant is mandatory and missing.
        if not FinishedOrder.Get(FinishedOrder.Status::Finished, Booking."Order No.") then
            Error(NotFinishedErr, Booking."Order No.");
    end;

    local procedure FindRecorded(OperationNo: Code[10]; var Operation: JsonObject): Boolean
    var
        Entry: JsonToken;
    begin
        Clear(Operation);
        foreach Entry in Details.Operations() do
            if UpperCase(Details.TextOf(Entry.AsObject(), 'no')) = OperationNo then begin
                Operation := Entry.AsObject();
                exit(true);
            end;
        exit(false);
    end;

    local procedure CheckLastFigures(OperationNo: Code[10]; Operation: JsonObject)
    var
        Good: Decimal;
        Scrap: Decimal;
    begin
        Good := Details.FigureOf(Operation, 'good', Booking.Good);
        Scrap := Details.FigureOf(Operation, 'scrap', Booking.Scrap);
        if (Good <> Booking.Good) or (Scrap <> Booking.Scrap) then
            Error(LastOperationFiguresErr, OperationNo, Good, Scrap, Booking.Good, Booking.Scrap);
    end;

    local procedure CheckTracking(ItemNo: Code[20]; Quantity: Decimal; Lots: JsonArray; ItemTrackingSetup: Record "Item Tracking Setup")
    var
        IsTracked: Boolean;
    begin
        IsTracked := ItemTrackingSetup."Lot No. Required" or ItemTrackingSetup."Serial No. Required";
        if not IsTracked then begin
            if Lots.Count() = 0 then
                exit;
            // With a tracking code that asks for none, those that are given are kept.
            if not OrderRules.HasTrackingCode(ItemNo) then
                Error(NoTrackingErr, ItemNo);
        end;
        if ItemTrackingSetup."Lot No. Required" and ItemTrackingSetup."Serial No. Required" then
            Error(TwoNumbersErr, ItemNo);
        if Details.SumOf(Lots, 'quantity') <> Quantity then
            Error(LotsErr, ItemNo, Details.SumOf(Lots, 'quantity'), Quantity);
    end;

    local procedure CompletesLine(): Boolean
    begin
        exit(Booking.Good >= ProdOrderLine."Remaining Quantity");
    end;

    local procedure MayFinish(IsComplete: Boolean): Boolean
    begin
        exit(IsComplete and not OrderRules.SharesRouting(ProdOrderLine));
    end;

    local procedure LineName(): Text
    begin
        exit(StrSubstNo('%1/%2', Booking."Order No.", Format(Booking."Order Line No.", 0, 9)));
    end;
}
