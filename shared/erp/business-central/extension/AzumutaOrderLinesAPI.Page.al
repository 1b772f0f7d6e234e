// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

using Microsoft.Inventory.Tracking;
using Microsoft.Manufacturing.Document;

/// <summary>Lines of released and finished production orders, listed by their row version.</summary>
page 50100 "Azumuta Order Lines API"
{
    PageType = API;
    Caption = 'Azumuta Order Lines';
    APIPublisher = 'azumuta';
    APIGroup = 'production';
    APIVersion = 'v1.0';
    EntityName = 'orderLine';
    EntitySetName = 'orderLines';
    SourceTable = "Prod. Order Line";
    SourceTableView = where(Status = filter(Released | Finished));
    // A number is in one of both states only ("Production Order" OnInsert refuses it else), so it needs no status in its key.
    ODataKeyFields = "Prod. Order No.", "Line No.";
    Editable = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    DeleteAllowed = false;
    Extensible = false;

    layout
    {
        area(Content)
        {
            repeater(Lines)
            {
                field(orderNo; Rec."Prod. Order No.")
                {
                    Caption = 'Order No.';
                }
                field(lineNo; Rec."Line No.")
                {
                    Caption = 'Line No.';
                }
                field(number; LineNumber)
                {
                    Caption = 'Number';
                }
                field(status; Rec.Status)
                {
                    Caption = 'Status';
                }
                field(blocked; ProductionOrder.Blocked)
                {
                    Caption = 'Blocked';
                }
                field(itemNo; Rec."Item No.")
                {
                    Caption = 'Item No.';
                }
                field(variantCode; Rec."Variant Code")
                {
                    Caption = 'Variant Code';
                }
                field(description; Rec.Description)
                {
                    Caption = 'Description';
                }
                field(unit; Rec."Unit of Measure Code")
                {
                    Caption = 'Unit';
                }
                field(quantity; Rec.Quantity)
                {
                    Caption = 'Quantity';
                }
                field(finishedQuantity; Rec."Finished Quantity")
                {
                    Caption = 'Finished Quantity';
                }
                field(remainingQuantity; Rec."Remaining Quantity")
                {
                    Caption = 'Remaining Quantity';
                }
                field(dueDate; Rec."Due Date")
                {
                    Caption = 'Due Date';
                }
                field(locationCode; Rec."Location Code")
                {
                    Caption = 'Location Code';
                }
                field(planningLevel; Rec."Planning Level Code")
                {
                    Caption = 'Planning Level';
                }
                field(orderDescription; ProductionOrder.Description)
                {
                    Caption = 'Order Description';
                }
                field(sourceType; ProductionOrder."Source Type")
                {
                    Caption = 'Source Type';
                }
                field(sourceNo; ProductionOrder."Source No.")
                {
                    Caption = 'Source No.';
                }
                field(routingReferenceNo; Rec."Routing Reference No.")
                {
                    Caption = 'Routing Reference No.';
                }
                field(lastOperation; LastOperationNo)
                {
                    Caption = 'Last Operation';
                }
                field(lastOperationFlushing; LastOperationFlushing)
                {
                    Caption = 'Last Operation Flushing';
                }
                field(lotRequired; ItemTrackingSetup."Lot No. Required")
                {
                    Caption = 'Lot Required';
                }
                field(serialRequired; ItemTrackingSetup."Serial No. Required")
                {
                    Caption = 'Serial Required';
                }
                field(rowVersion; Rec.SystemRowVersion)
                {
                    Caption = 'Row Version';
                }
                field(safeRowVersion; SafeRowVersion)
                {
                    Caption = 'Safe Row Version';
                }
                field(systemModifiedAt; Rec.SystemModifiedAt)
                {
                    Caption = 'Modified At';
                }
                field(extensionVersion; ExtensionVersion)
                {
                    Caption = 'Extension Version';
                }
            }
        }
    }

    var
        ProductionOrder: Record "Production Order";
        ItemTrackingSetup: Record "Item Tracking Setup";
        OrderRules: Codeunit "Azumuta Order Rules";
        SafeRowVersion: BigInteger;
        LineNumber: Text;
        LastOperationNo: Code[10];
        LastOperationFlushing: Text;
        ExtensionVersion: Text;

    trigger OnOpenPage()
    begin
        Rec.ReadIsolation := IsolationLevel::ReadCommitted;
        ProductionOrder.ReadIsolation := IsolationLevel::ReadCommitted;
        // Before the first row is read: what is below it had been committed by then, and is seen.
        SafeRowVersion := Database.MinimumActiveRowVersion();
        ExtensionVersion := OrderRules.ExtensionVersion();
    end;

    trigger OnAfterGetRecord()
    var
        LastOperation: Record "Prod. Order Routing Line";
    begin
        LineNumber := Rec."Prod. Order No." + '/' + Format(Rec."Line No.", 0, 9);
        if not ProductionOrder.Get(Rec.Status, Rec."Prod. Order No.") then
            Clear(ProductionOrder);
        LastOperationNo := '';
        LastOperationFlushing := '';
        if OrderRules.FindLastOperation(Rec, LastOperation) then begin
            LastOperationNo := LastOperation."Operation No.";
            LastOperationFlushing := OrderRules.NameOf(LastOperation."Flushing Method");
        end;
        OrderRules.FindOutputTracking(Rec."Item No.", ItemTrackingSetup);
    end;
}
