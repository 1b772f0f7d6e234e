// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

page 50109 "Azumuta Links"
{
    PageType = ListPart;
    Caption = 'Azumuta';
    SourceTable = "Azumuta Link";
    ApplicationArea = Manufacturing;
    Editable = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    DeleteAllowed = false;

    layout
    {
        area(Content)
        {
            repeater(Links)
            {
                field("Order Line No."; Rec."Order Line No.")
                {
                }
                field(Number; Rec.Number)
                {
                }
                field(Address; Rec.Address)
                {
                }
            }
        }
    }
}
