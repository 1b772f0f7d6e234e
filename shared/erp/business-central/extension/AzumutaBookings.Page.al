// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

using Microsoft.Inventory.Ledger;
using Microsoft.Manufacturing.Capacity;

page 50107 "Azumuta Bookings"
{
    PageType = List;
    Caption = 'Azumuta Bookings';
    SourceTable = "Azumuta Booking";
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
            repeater(Bookings)
            {
                field("Order No."; Rec."Order No.")
                {
                }
                field("Order Line No."; Rec."Order Line No.")
                {
                }
                field("Item No."; Rec."Item No.")
                {
                }
                field("Variant Code"; Rec."Variant Code")
                {
                }
                field("Posting Date"; Rec."Posting Date")
                {
                }
                field("Unit of Measure Code"; Rec."Unit of Measure Code")
                {
                }
                field("Posted Good"; Rec."Posted Good")
                {
                }
                field("Posted Scrap"; Rec."Posted Scrap")
                {
                }
                field(Final; Rec.Final)
                {
                }
                field("Product Order"; Rec."Product Order")
                {
                }
                field(Link; Rec.Link)
                {
                }
                field(Reference; Rec.Reference)
                {
                }
                field("First Entry No."; Rec."First Entry No.")
                {
                }
                field("Last Entry No."; Rec."Last Entry No.")
                {
                }
                field("Capacity Entries"; Rec."Capacity Entries")
                {
                }
                field("Booking Key"; Rec."Booking Key")
                {
                }
            }
        }
    }

    actions
    {
        area(Navigation)
        {
            action(ItemEntries)
            {
                Caption = 'Item Ledger Entries';
                Image = ItemLedger;

                trigger OnAction()
                var
                    ItemLedgerEntry: Record "Item Ledger Entry";
                begin
                    ItemLedgerEntry.SetRange("Order No.", Rec."Order No.");
                    ItemLedgerEntry.SetRange("External Document No.", Rec.ExternalDocumentNo());
                    Page.Run(Page::"Item Ledger Entries", ItemLedgerEntry);
                end;
            }
            action(CapacityEntries)
            {
                Caption = 'Capacity Ledger Entries';
                Image = CapacityLedger;

                trigger OnAction()
                var
                    CapacityLedgerEntry: Record "Capacity Ledger Entry";
                begin
                    CapacityLedgerEntry.SetRange("Order No.", Rec."Order No.");
                    CapacityLedgerEntry.SetRange("External Document No.", Rec.ExternalDocumentNo());
                    Page.Run(Page::"Capacity Ledger Entries", CapacityLedgerEntry);
                end;
            }
            action(BookingNote)
            {
                Caption = 'Note';
                Image = ViewComments;

                trigger OnAction()
                begin
                    Message(Rec.ReadNote());
                end;
            }
            action(LaterNotes)
            {
                Caption = 'Later Notes';
                Image = ViewComments;
                RunObject = page "Azumuta Booking Notes";
                RunPageLink = "Order No." = field("Order No."), "Order Line No." = field("Order Line No.");
            }
        }
    }
}
