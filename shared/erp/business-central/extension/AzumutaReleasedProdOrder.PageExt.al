// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

using Microsoft.Manufacturing.Document;

pageextension 50100 "Azumuta Released Prod. Order" extends "Released Production Order"
{
    layout
    {
        addfirst(factboxes)
        {
            part(AzumutaLinks; "Azumuta Links")
            {
                ApplicationArea = Manufacturing;
                Caption = 'Azumuta';
                SubPageLink = "Order No." = field("No.");
            }
        }
    }

    actions
    {
        addlast(navigation)
        {
            action(AzumutaBookings)
            {
                ApplicationArea = Manufacturing;
                Caption = 'Azumuta Bookings';
                Image = PostedOrder;
                RunObject = page "Azumuta Bookings";
                RunPageLink = "Order No." = field("No.");
            }
        }
    }
}
