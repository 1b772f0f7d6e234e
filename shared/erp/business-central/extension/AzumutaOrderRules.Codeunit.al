// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

using Microsoft.Inventory.Item;
using Microsoft.Inventory.Ledger;
using Microsoft.Inventory.Tracking;
using Microsoft.Manufacturing.Capacity;
using Microsoft.Manufacturing.Document;
using Microsoft.Manufacturing.MachineCenter;
using Microsoft.Manufacturing.Setup;
using Microsoft.Manufacturing.WorkCenter;

/// <summary>What the pages show and the posting checks: both ask here, so that they cannot differ.</summary>
codeunit 50102 "Azumuta Order Rules"
{
    Access = Internal;

    /// <summary>The operations of the line, in the order of the routing.</summary>
    procedure SelectOperations(ProdOrderLine: Record "Prod. Order Line"; var ProdOrderRoutingLine: Record "Prod. Order Routing Line")
    begin
        ProdOrderRoutingLine.Reset();
        ProdOrderRoutingLine.SetCurrentKey(Status, "Prod. Order No.", "Routing Reference No.", "Routing No.", "Sequence No. (Forward)");
        ProdOrderRoutingLine.SetRange(Status, ProdOrderLine.Status);
        ProdOrderRoutingLine.SetRange("Prod. Order No.", ProdOrderLine."Prod. Order No.");
        ProdOrderRoutingLine.SetRange("Routing Reference No.", ProdOrderLine."Routing Reference No.");
        ProdOrderRoutingLine.SetRange("Routing No.", ProdOrderLine."Routing No.");
    end;

    /// <summary>The operation whose output makes stock, as "Mfg. Item Jnl.-Post Line" NextOperationExist finds it. False without a routing.</summary>
    procedure FindLastOperation(ProdOrderLine: Record "Prod. Order Line"; var ProdOrderRoutingLine: Record "Prod. Order Routing Line"): Boolean
    begin
        SelectOperations(ProdOrderLine, ProdOrderRoutingLine);
        ProdOrderRoutingLine.SetRange("Next Operation No.", '');
        exit(ProdOrderRoutingLine.FindLast());
    end;

    /// <summary>The lines of a family share one routing, so what is finished for one of them is open for the others.</summary>
    procedure SharesRouting(ProdOrderLine: Record "Prod. Order Line"): Boolean
    var
        OtherLine: Record "Prod. Order Line";
    begin
        OtherLine.SetRange(Status, ProdOrderLine.Status);
        OtherLine.SetRange("Prod. Order No.", ProdOrderLine."Prod. Order No.");
        OtherLine.SetRange("Routing No.", ProdOrderLine."Routing No.");
        OtherLine.SetRange("Routing Reference No.", ProdOrderLine."Routing Reference No.");
        OtherLine.SetFilter("Line No.", '<>%1', ProdOrderLine."Line No.");
        exit(not OtherLine.IsEmpty());
    end;

    /// <summary>Its output is posted with the receipt of the purchase, as "Item Journal Line" SubcontractingWorkCenterUsed says.</summary>
    procedure IsSubcontracted(ProdOrderRoutingLine: Record "Prod. Order Routing Line"): Boolean
    var
        WorkCenter: Record "Work Center";
    begin
        if ProdOrderRoutingLine.Type <> ProdOrderRoutingLine.Type::"Work Center" then
            exit(false);
        if not WorkCenter.Get(ProdOrderRoutingLine."Work Center No.") then
            exit(false);
        exit(WorkCenter."Subcontractor No." <> '');
    end;

    procedure IsCenterBlocked(ProdOrderRoutingLine: Record "Prod. Order Routing Line"): Boolean
    var
        WorkCenter: Record "Work Center";
        MachineCenter: Record "Machine Center";
    begin
        if ProdOrderRoutingLine.Type = ProdOrderRoutingLine.Type::"Machine Center" then
            if MachineCenter.Get(ProdOrderRoutingLine."No.") then
                if MachineCenter.Blocked then
                    exit(true);
        if WorkCenter.Get(ProdOrderRoutingLine."Work Center No.") then
            exit(WorkCenter.Blocked);
        exit(false);
    end;

    /// <summary>Setup and run times are posted in the unit of the work center; the shop calendar counts in milliseconds.</summary>
    procedure MinutesPerTimeUnit(ProdOrderRoutingLine: Record "Prod. Order Routing Line"): Decimal
    var
        WorkCenter: Record "Work Center";
        ShopCalendarManagement: Codeunit "Shop Calendar Management";
    begin
        if not WorkCenter.Get(ProdOrderRoutingLine."Work Center No.") then
            exit(0);
        exit(ShopCalendarManagement.TimeFactor(WorkCenter."Unit of Measure Code") / 60000);
    end;

    procedure FindOutputTracking(ItemNo: Code[20]; var ItemTrackingSetup: Record "Item Tracking Setup")
    begin
        FindTracking(ItemNo, Enum::"Item Ledger Entry Type"::Output, true, ItemTrackingSetup);
    end;

    procedure FindConsumptionTracking(ItemNo: Code[20]; var ItemTrackingSetup: Record "Item Tracking Setup")
    begin
        FindTracking(ItemNo, Enum::"Item Ledger Entry Type"::Consumption, false, ItemTrackingSetup);
    end;

    procedure HasTrackingCode(ItemNo: Code[20]): Boolean
    var
        Item: Record Item;
    begin
        if not Item.Get(ItemNo) then
            exit(false);
        exit(Item."Item Tracking Code" <> '');
    end;

    local procedure FindTracking(ItemNo: Code[20]; EntryType: Enum "Item Ledger Entry Type"; Inbound: Boolean; var ItemTrackingSetup: Record "Item Tracking Setup")
    var
        Item: Record Item;
        ItemTrackingCode: Record "Item Tracking Code";
        ItemTrackingManagement: Codeunit "Item Tracking Management";
    begin
        Clear(ItemTrackingSetup);
        if not Item.Get(ItemNo) then
            exit;
        if Item."Item Tracking Code" = '' then
            exit;
        ItemTrackingCode.Get(Item."Item Tracking Code");
        ItemTrackingManagement.GetItemTrackingSetup(ItemTrackingCode, EntryType, Inbound, ItemTrackingSetup);
    end;

    /// <summary>The name, which is the same in every language; its caption is not.</summary>
    procedure NameOf(FlushingMethod: Enum "Flushing Method Routing"): Text
    begin
        exit(FlushingMethod.Names().Get(FlushingMethod.Ordinals().IndexOf(FlushingMethod.AsInteger())));
    end;

    procedure ExtensionVersion(): Text
    var
        ThisExtension: ModuleInfo;
    begin
        NavApp.GetCurrentModuleInfo(ThisExtension);
        exit(Format(ThisExtension.AppVersion()));
    end;
}
