// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

using System.Security.AccessControl;

/// <summary>Instead of AZUMUTA where bookings finish orders: finishing moves the order's records.</summary>
permissionset 50101 "AZUMUTA FINISH"
{
    Assignable = true;
    Caption = 'Azumuta, Finishing Orders';
    IncludedPermissionSets = AZUMUTA, "Manufacturing Pr. Order - Edit";
}
