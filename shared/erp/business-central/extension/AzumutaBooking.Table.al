// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

using System.Reflection;

/// <summary>One booking of Azumuta. Its key is ours, and can be there once: this is what books once.</summary>
table 50100 "Azumuta Booking"
{
    Caption = 'Azumuta Booking';
    DataClassification = CustomerContent;
    DrillDownPageId = "Azumuta Bookings";
    LookupPageId = "Azumuta Bookings";

    fields
    {
        field(1; "Booking Key"; Guid)
        {
            Caption = 'Booking Key';
        }
        // No TableRelation on what is sent: what is not there is refused by a sentence of "Azumuta Post".
        field(2; "Order No."; Code[20])
        {
            Caption = 'Order No.';
        }
        field(3; "Order Line No."; Integer)
        {
            Caption = 'Order Line No.';
        }
        field(4; "Item No."; Code[20])
        {
            Caption = 'Item No.';
        }
        field(5; "Variant Code"; Code[10])
        {
            Caption = 'Variant Code';
        }
        field(6; "Unit of Measure Code"; Code[10])
        {
            Caption = 'Unit of Measure Code';
        }
        field(7; "Posting Date"; Date)
        {
            Caption = 'Posting Date';
        }
        // 15 places, so that a sixth one is seen and refused, and not rounded off.
        field(8; Good; Decimal)
        {
            Caption = 'Good';
            DecimalPlaces = 0 : 15;
        }
        field(9; Scrap; Decimal)
        {
            Caption = 'Scrap';
            DecimalPlaces = 0 : 15;
        }
        field(10; Final; Boolean)
        {
            Caption = 'Final';
        }
        field(11; "Finish Order"; Boolean)
        {
            Caption = 'Finish Order';
        }
        field(12; "Product Order"; Text[250])
        {
            Caption = 'Product Order';
        }
        field(13; Link; Text[2048])
        {
            Caption = 'Link';
            ExtendedDatatype = URL;
        }
        field(14; Reference; Text[100])
        {
            Caption = 'Reference';
        }
        field(15; Request; Blob)
        {
            Caption = 'Request';
        }
        field(16; Note; Blob)
        {
            Caption = 'Note';
        }
        // Empty at the insert, and written once, by the end of the posting: a row without them was never finished.
        field(20; "Posted Good"; Decimal)
        {
            Caption = 'Posted Good';
            DecimalPlaces = 0 : 5;
        }
        field(21; "Posted Scrap"; Decimal)
        {
            Caption = 'Posted Scrap';
            DecimalPlaces = 0 : 5;
        }
        field(22; "First Entry No."; Integer)
        {
            Caption = 'First Entry No.';
        }
        field(23; "Last Entry No."; Integer)
        {
            Caption = 'Last Entry No.';
        }
        // Scrap alone makes no stock, so there are entries of the capacity ledger only.
        field(24; "Capacity Entries"; Boolean)
        {
            Caption = 'Entries Are of the Capacity Ledger';
        }
    }

    keys
    {
        key(PK; "Booking Key")
        {
            Clustered = true;
        }
        key(Line; "Order No.", "Order Line No.")
        {
        }
    }

    trigger OnModify()
    begin
        Error(UnchangeableErr);
    end;

    trigger OnDelete()
    begin
        Error(UnchangeableErr);
    end;

    trigger OnRename()
    begin
        Error(UnchangeableErr);
    end;

    var
        UnchangeableErr: Label 'AZ-STATE: A booking of Azumuta cannot be changed or deleted, as it is the proof that it was booked. Correct its entries in Business Central.', Locked = true;

    procedure WriteRequest(NewRequest: Text)
    var
        Stream: OutStream;
    begin
        Rec.Request.CreateOutStream(Stream, TextEncoding::UTF8);
        Stream.WriteText(NewRequest);
    end;

    procedure ReadRequest(): Text
    var
        TypeHelper: Codeunit "Type Helper";
        Stream: InStream;
    begin
        Rec.CalcFields(Request);
        Rec.Request.CreateInStream(Stream, TextEncoding::UTF8);
        exit(TypeHelper.ReadAsTextWithSeparator(Stream, TypeHelper.LFSeparator()));
    end;

    procedure WriteNote(NewNote: Text)
    var
        Stream: OutStream;
    begin
        Rec.Note.CreateOutStream(Stream, TextEncoding::UTF8);
        Stream.WriteText(NewNote);
    end;

    procedure ReadNote(): Text
    var
        TypeHelper: Codeunit "Type Helper";
        Stream: InStream;
    begin
        Rec.CalcFields(Note);
        Rec.Note.CreateInStream(Stream, TextEncoding::UTF8);
        exit(TypeHelper.ReadAsTextWithSeparator(Stream, TypeHelper.LFSeparator()));
    end;

    /// <summary>Our key in the entries: 32 characters of the 35 of External Document No.</summary>
    procedure ExternalDocumentNo(): Code[35]
    begin
        exit(CopyStr(DelChr(Format(Rec."Booking Key"), '=', '{}-'), 1, 35));
    end;
}
