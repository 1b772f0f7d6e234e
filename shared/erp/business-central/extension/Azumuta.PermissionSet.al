// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

using Microsoft.Finance.GeneralLedger.Setup;
using Microsoft.Foundation.AuditCodes;
using Microsoft.Inventory.Item;
using Microsoft.Inventory.Journal;
using Microsoft.Inventory.Ledger;
using Microsoft.Inventory.Location;
using Microsoft.Inventory.Tracking;
using Microsoft.Manufacturing.Capacity;
using Microsoft.Manufacturing.Document;
using Microsoft.Manufacturing.MachineCenter;
using Microsoft.Manufacturing.WorkCenter;
using System.Security.AccessControl;
using System.Security.User;

/// <summary>For the application's card. What is posted comes with the sets of the journals, as for people who post there.</summary>
permissionset 50100 AZUMUTA
{
    Assignable = true;
    Caption = 'Azumuta';
    IncludedPermissionSets = "Output Journals - Edit", "Output Journals - Post", "Consumption Journals - Edit", "Consumption Journals - Post";
    Permissions =
        table "Azumuta Booking" = X,
        table "Azumuta Booking Note" = X,
        table "Azumuta Link" = X,
        tabledata "Azumuta Booking" = RIM,
        tabledata "Azumuta Booking Note" = RI,
        tabledata "Azumuta Link" = RI,
        tabledata "Capacity Ledger Entry" = R,
        tabledata "General Ledger Setup" = R,
        tabledata Item = R,
        tabledata "Item Journal Batch" = RI,
        tabledata "Item Journal Line" = RIMD,
        tabledata "Item Journal Template" = RI,
        tabledata "Item Ledger Entry" = R,
        tabledata "Item Tracking Code" = R,
        tabledata "Item Tracking Setup" = R,
        tabledata Location = R,
        tabledata "Machine Center" = R,
        tabledata "Prod. Order Component" = R,
        tabledata "Prod. Order Line" = R,
        tabledata "Prod. Order Routing Line" = R,
        tabledata "Production Order" = R,
        tabledata "Source Code Setup" = R,
        tabledata "User Setup" = R,
        tabledata "Work Center" = R,
        codeunit "Azumuta Details" = X,
        codeunit "Azumuta Order Rules" = X,
        codeunit "Azumuta Post" = X,
        page "Azumuta Booking Notes" = X,
        page "Azumuta Booking Notes API" = X,
        page "Azumuta Bookings" = X,
        page "Azumuta Bookings API" = X,
        page "Azumuta Links" = X,
        page "Azumuta Links API" = X,
        page "Azumuta Order Components API" = X,
        page "Azumuta Order Lines API" = X,
        page "Azumuta Order Operations API" = X,
        page "Azumuta Setups API" = X;
}
