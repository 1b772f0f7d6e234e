// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

page 50108 "Azumuta Booking Notes"
{
    PageType = List;
    Caption = 'Azumuta Booking Notes';
    SourceTable = "Azumuta Booking Note";
    SourceTableView = sorting("Order No.", "Order Line No.");
    ApplicationArea = Manufacturing;
    UsageCategory = History;
    Editable = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    DeleteAllowed = false;

    layout
    {
        area(Content)
        {
            repeater(BookingNotes)
            {
                field("Order No."; Rec."Order No.")
                {
                }
                field("Order Line No."; Rec."Order Line No.")
                {
                }
                field(SystemCreatedAt; Rec.SystemCreatedAt)
                {
                    Caption = 'Added At';
                }
                field(ContentText; ContentText)
                {
                    Caption = 'Text';
                    MultiLine = true;
                }
            }
        }
    }

    var
        ContentText: Text;

    trigger OnAfterGetRecord()
    begin
        ContentText := Rec.ReadContent();
    end;
}
