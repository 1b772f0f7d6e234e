// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

using Microsoft.Inventory.Tracking;
using Microsoft.Manufacturing.Document;

/// <summary>Components of released production orders, and who consumes them.</summary>
page 50101 "Azumuta Order Components API"
{
    PageType = API;
    Caption = 'Azumuta Order Components';
    APIPublisher = 'azumuta';
    APIGroup = 'production';
    APIVersion = 'v1.0';
    EntityName = 'orderComponent';
    EntitySetName = 'orderComponents';
    SourceTable = "Prod. Order Component";
    SourceTableView = where(Status = const(Released));
    ODataKeyFields = "Prod. Order No.", "Prod. Order Line No.", "Line No.";
    Editable = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    DeleteAllowed = false;
    Extensible = false;

    layout
    {
        area(Content)
        {
            repeater(Components)
            {
                field(orderNo; Rec."Prod. Order No.")
                {
                    Caption = 'Order No.';
                }
                field(prodOrderLineNo; Rec."Prod. Order Line No.")
                {
                    Caption = 'Prod. Order Line No.';
                }
                field(lineNo; Rec."Line No.")
                {
                    Caption = 'Line No.';
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
                field(expectedQuantity; Rec."Expected Quantity")
                {
                    Caption = 'Expected Quantity';
                }
                field(remainingQuantity; Rec."Remaining Quantity")
                {
                    Caption = 'Remaining Quantity';
                }
                field(flushingMethod; Rec."Flushing Method")
                {
                    Caption = 'Flushing Method';
                }
                field(routingLink; Rec."Routing Link Code")
                {
                    Caption = 'Routing Link';
                }
                field(lotRequired; ItemTrackingSetup."Lot No. Required")
                {
                    Caption = 'Lot Required';
                }
                field(serialRequired; ItemTrackingSetup."Serial No. Required")
                {
                    Caption = 'Serial Required';
                }
                field(locationCode; Rec."Location Code")
                {
                    Caption = 'Location Code';
                }
            }
        }
    }

    var
        ItemTrackingSetup: Record "Item Tracking Setup";
        OrderRules: Codeunit "Azumuta Order Rules";

    trigger OnOpenPage()
    begin
        Rec.ReadIsolation := IsolationLevel::ReadCommitted;
    end;

    trigger OnAfterGetRecord()
    begin
        OrderRules.FindConsumptionTracking(Rec."Item No.", ItemTrackingSetup);
    end;
}
