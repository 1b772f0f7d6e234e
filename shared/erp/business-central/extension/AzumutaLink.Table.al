// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

/// <summary>Which product orders of Azumuta an order line became: one, or several where the order was split.</summary>
table 50102 "Azumuta Link"
{
    Caption = 'Azumuta Link';
    DataClassification = CustomerContent;

    fields
    {
        field(1; "Order No."; Code[20])
        {
            Caption = 'Order No.';
        }
        field(2; "Order Line No."; Integer)
        {
            Caption = 'Order Line No.';
        }
        field(3; "Product Order"; Text[250])
        {
            Caption = 'Product Order';
        }
        field(4; Number; Text[250])
        {
            Caption = 'Number';
        }
        field(5; Address; Text[2048])
        {
            Caption = 'Address';
            ExtendedDatatype = URL;
        }
    }

    keys
    {
        key(PK; "Order No.", "Order Line No.", "Product Order")
        {
            Clustered = true;
        }
    }
}
