// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

/// <summary>Which product orders an order line became: a row for each, inserted once.</summary>
page 50105 "Azumuta Links API"
{
    PageType = API;
    Caption = 'Azumuta Links';
    APIPublisher = 'azumuta';
    APIGroup = 'production';
    APIVersion = 'v1.0';
    EntityName = 'link';
    EntitySetName = 'links';
    SourceTable = "Azumuta Link";
    ODataKeyFields = "Order No.", "Order Line No.", "Product Order";
    DelayedInsert = true;
    ModifyAllowed = false;
    DeleteAllowed = false;
    Extensible = false;

    layout
    {
        area(Content)
        {
            repeater(Links)
            {
                field(orderNo; Rec."Order No.")
                {
                    Caption = 'Order No.';
                }
                field(lineNo; Rec."Order Line No.")
                {
                    Caption = 'Line No.';
                }
                field(productOrder; Rec."Product Order")
                {
                    Caption = 'Product Order';
                }
                field(number; Rec.Number)
                {
                    Caption = 'Number';
                }
                field(url; Rec.Address)
                {
                    Caption = 'Url';
                }
            }
        }
    }

    trigger OnOpenPage()
    begin
        Rec.ReadIsolation := IsolationLevel::ReadCommitted;
    end;
}
