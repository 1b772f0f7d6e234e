// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

using Microsoft.Manufacturing.Document;

/// <summary>Operations of released production orders, in the order of the routing.</summary>
page 50102 "Azumuta Order Operations API"
{
    PageType = API;
    Caption = 'Azumuta Order Operations';
    APIPublisher = 'azumuta';
    APIGroup = 'production';
    APIVersion = 'v1.0';
    EntityName = 'orderOperation';
    EntitySetName = 'orderOperations';
    SourceTable = "Prod. Order Routing Line";
    SourceTableView = sorting(Status, "Prod. Order No.", "Routing Reference No.", "Routing No.", "Sequence No. (Forward)") where(Status = const(Released));
    ODataKeyFields = "Prod. Order No.", "Routing Reference No.", "Routing No.", "Operation No.";
    Editable = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    DeleteAllowed = false;
    Extensible = false;

    layout
    {
        area(Content)
        {
            repeater(Operations)
            {
                field(orderNo; Rec."Prod. Order No.")
                {
                    Caption = 'Order No.';
                }
                // The number of the line, as long as no lines share a routing, as those of a family do.
                field(prodOrderLineNo; Rec."Routing Reference No.")
                {
                    Caption = 'Prod. Order Line No.';
                }
                field(routingNo; Rec."Routing No.")
                {
                    Caption = 'Routing No.';
                }
                field(operationNo; Rec."Operation No.")
                {
                    Caption = 'Operation No.';
                }
                field(description; Rec.Description)
                {
                    Caption = 'Description';
                }
                field(centerType; Rec.Type)
                {
                    Caption = 'Center Type';
                }
                field(centerNo; Rec."No.")
                {
                    Caption = 'Center No.';
                }
                field(status; Rec."Routing Status")
                {
                    Caption = 'Status';
                }
                field(flushingMethod; Rec."Flushing Method")
                {
                    Caption = 'Flushing Method';
                }
                field(blocked; IsBlocked)
                {
                    Caption = 'Blocked';
                }
                field(subcontracted; IsSubcontracted)
                {
                    Caption = 'Subcontracted';
                }
                field(minutesPerTimeUnit; MinutesPerTimeUnit)
                {
                    Caption = 'Minutes per Time Unit';
                }
            }
        }
    }

    var
        OrderRules: Codeunit "Azumuta Order Rules";
        IsBlocked: Boolean;
        IsSubcontracted: Boolean;
        MinutesPerTimeUnit: Decimal;

    trigger OnOpenPage()
    begin
        Rec.ReadIsolation := IsolationLevel::ReadCommitted;
    end;

    trigger OnAfterGetRecord()
    begin
        IsBlocked := OrderRules.IsCenterBlocked(Rec);
        IsSubcontracted := OrderRules.IsSubcontracted(Rec);
        MinutesPerTimeUnit := OrderRules.MinutesPerTimeUnit(Rec);
    end;
}
