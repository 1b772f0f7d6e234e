// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

using System.Reflection;

/// <summary>A note that was added to a line in Azumuta after its booking. It never changes a quantity.</summary>
table 50101 "Azumuta Booking Note"
{
    Caption = 'Azumuta Booking Note';
    DataClassification = CustomerContent;

    fields
    {
        field(1; "Note Key"; Guid)
        {
            Caption = 'Note Key';
        }
        field(2; "Order No."; Code[20])
        {
            Caption = 'Order No.';
        }
        field(3; "Order Line No."; Integer)
        {
            Caption = 'Order Line No.';
        }
        field(4; Content; Blob)
        {
            Caption = 'Content';
        }
    }

    keys
    {
        key(PK; "Note Key")
        {
            Clustered = true;
        }
        key(Line; "Order No.", "Order Line No.")
        {
        }
    }

    procedure WriteContent(NewContent: Text)
    var
        Stream: OutStream;
    begin
        Rec.Content.CreateOutStream(Stream, TextEncoding::UTF8);
        Stream.WriteText(NewContent);
    end;

    procedure ReadContent(): Text
    var
        TypeHelper: Codeunit "Type Helper";
        Stream: InStream;
    begin
        Rec.CalcFields(Content);
        Rec.Content.CreateInStream(Stream, TextEncoding::UTF8);
        exit(TypeHelper.ReadAsTextWithSeparator(Stream, TypeHelper.LFSeparator()));
    end;
}
