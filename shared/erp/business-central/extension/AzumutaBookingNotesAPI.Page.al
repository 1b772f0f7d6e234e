// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

using Microsoft.Manufacturing.Document;

/// <summary>Notes that were added to a line after its booking.</summary>
page 50104 "Azumuta Booking Notes API"
{
    PageType = API;
    Caption = 'Azumuta Booking Notes';
    APIPublisher = 'azumuta';
    APIGroup = 'production';
    APIVersion = 'v1.0';
    EntityName = 'bookingNote';
    EntitySetName = 'bookingNotes';
    SourceTable = "Azumuta Booking Note";
    ODataKeyFields = "Note Key";
    DelayedInsert = true;
    ModifyAllowed = false;
    DeleteAllowed = false;
    Extensible = false;

    layout
    {
        area(Content)
        {
            repeater(BookingNotes)
            {
                field(id; Rec."Note Key")
                {
                    Caption = 'Id';
                }
                field(orderNo; Rec."Order No.")
                {
                    Caption = 'Order No.';
                }
                field(lineNo; Rec."Order Line No.")
                {
                    Caption = 'Line No.';
                }
                field("text"; ContentText)
                {
                    Caption = 'Text';
                }
            }
        }
    }

    var
        ContentText: Text;
        SameKeyErr: Label 'AZ-SAME-KEY: Note %1 is there already. Read it.', Locked = true;
        UnknownLineErr: Label 'AZ-UNKNOWN: Production order %1 has no line %2. Add the note there by hand.', Locked = true;

    trigger OnOpenPage()
    begin
        Rec.ReadIsolation := IsolationLevel::ReadCommitted;
    end;

    trigger OnAfterGetRecord()
    begin
        ContentText := Rec.ReadContent();
    end;

    trigger OnInsertRecord(BelowxRec: Boolean): Boolean
    var
        ProdOrderLine: Record "Prod. Order Line";
    begin
        ProdOrderLine.SetRange(Status, ProdOrderLine.Status::Released, ProdOrderLine.Status::Finished);
        ProdOrderLine.SetRange("Prod. Order No.", Rec."Order No.");
        ProdOrderLine.SetRange("Line No.", Rec."Order Line No.");
        if ProdOrderLine.IsEmpty() then
            Error(UnknownLineErr, Rec."Order No.", Rec."Order Line No.");
        Rec.WriteContent(ContentText);
        if not Rec.Insert() then
            Error(SameKeyErr, Format(Rec."Note Key"));
        exit(false);
    end;
}
