// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

/// <summary>A row is a booking: its insert posts, and it is there only if all of it was posted.</summary>
page 50103 "Azumuta Bookings API"
{
    PageType = API;
    Caption = 'Azumuta Bookings';
    APIPublisher = 'azumuta';
    APIGroup = 'production';
    APIVersion = 'v1.0';
    EntityName = 'booking';
    EntitySetName = 'bookings';
    SourceTable = "Azumuta Booking";
    ODataKeyFields = "Booking Key";
    DelayedInsert = true;
    ModifyAllowed = false;
    DeleteAllowed = false;
    Extensible = false;

    layout
    {
        area(Content)
        {
            repeater(Bookings)
            {
                field(id; Rec."Booking Key")
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
                field(itemNo; Rec."Item No.")
                {
                    Caption = 'Item No.';
                }
                field(variantCode; Rec."Variant Code")
                {
                    Caption = 'Variant Code';
                }
                field(unit; Rec."Unit of Measure Code")
                {
                    Caption = 'Unit';
                }
                field(postingDate; Rec."Posting Date")
                {
                    Caption = 'Posting Date';
                }
                field(good; Rec.Good)
                {
                    Caption = 'Good';
                }
                field(scrap; Rec.Scrap)
                {
                    Caption = 'Scrap';
                }
                field(final; Rec.Final)
                {
                    Caption = 'Final';
                }
                field(finish; Rec."Finish Order")
                {
                    Caption = 'Finish';
                }
                field(productOrder; Rec."Product Order")
                {
                    Caption = 'Product Order';
                }
                field(link; Rec.Link)
                {
                    Caption = 'Link';
                }
                field(reference; Rec.Reference)
                {
                    Caption = 'Reference';
                }
                field(note; NoteText)
                {
                    Caption = 'Note';
                }
                field(details; DetailsText)
                {
                    Caption = 'Details';
                }
                field(postedGood; Rec."Posted Good")
                {
                    Caption = 'Posted Good';
                    Editable = false;
                }
                field(postedScrap; Rec."Posted Scrap")
                {
                    Caption = 'Posted Scrap';
                    Editable = false;
                }
                field(firstEntryNo; Rec."First Entry No.")
                {
                    Caption = 'First Entry No.';
                    Editable = false;
                }
                field(lastEntryNo; Rec."Last Entry No.")
                {
                    Caption = 'Last Entry No.';
                    Editable = false;
                }
                field(capacityEntries; Rec."Capacity Entries")
                {
                    Caption = 'Capacity Entries';
                    Editable = false;
                }
            }
        }
    }

    var
        DetailsText: Text;
        NoteText: Text;

    trigger OnOpenPage()
    begin
        Rec.ReadIsolation := IsolationLevel::ReadCommitted;
    end;

    trigger OnAfterGetRecord()
    begin
        DetailsText := Rec.ReadRequest();
        NoteText := Rec.ReadNote();
    end;

    // "Azumuta Post" has inserted the row itself, first of all: the platform must not do it a second time.
    trigger OnInsertRecord(BelowxRec: Boolean): Boolean
    var
        AzumutaPost: Codeunit "Azumuta Post";
    begin
        AzumutaPost.Post(Rec, DetailsText, NoteText);
        exit(false);
    end;
}
