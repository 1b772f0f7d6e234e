// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

using Microsoft.Finance.GeneralLedger.Setup;
using Microsoft.Inventory.Journal;
using System.Security.User;

/// <summary>One row: what a first look asks before anything is booked.</summary>
page 50106 "Azumuta Setups API"
{
    PageType = API;
    Caption = 'Azumuta Setups';
    APIPublisher = 'azumuta';
    APIGroup = 'production';
    APIVersion = 'v1.0';
    EntityName = 'setup';
    EntitySetName = 'setups';
    SourceTable = "General Ledger Setup";
    ODataKeyFields = SystemId;
    Editable = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    DeleteAllowed = false;
    Extensible = false;

    layout
    {
        area(Content)
        {
            repeater(Setups)
            {
                field(id; Rec.SystemId)
                {
                    Caption = 'Id';
                }
                field(extensionVersion; ExtensionVersion)
                {
                    Caption = 'Extension Version';
                }
                field(company; CompanyNameText)
                {
                    Caption = 'Company';
                }
                field(userName; UserNameText)
                {
                    Caption = 'User Name';
                }
                field(postingFrom; PostingFrom)
                {
                    Caption = 'Posting From';
                }
                field(postingTo; PostingTo)
                {
                    Caption = 'Posting To';
                }
                field(canPost; CanPost)
                {
                    Caption = 'Can Post';
                }
            }
        }
    }

    var
        ExtensionVersion: Text;
        CompanyNameText: Text;
        UserNameText: Text;
        PostingFrom: Date;
        PostingTo: Date;
        CanPost: Boolean;

    trigger OnOpenPage()
    begin
        Rec.ReadIsolation := IsolationLevel::ReadCommitted;
    end;

    // The dates as "User Setup Management" IsPostingDateValidWithSetup takes them: of the user, else of the company.
    trigger OnAfterGetRecord()
    var
        UserSetup: Record "User Setup";
        ItemJournalLine: Record "Item Journal Line";
        AzumutaBooking: Record "Azumuta Booking";
        OrderRules: Codeunit "Azumuta Order Rules";
    begin
        ExtensionVersion := OrderRules.ExtensionVersion();
        CompanyNameText := CompanyName();
        UserNameText := UserId();
        PostingFrom := 0D;
        PostingTo := 0D;
        if UserSetup.Get(UserId()) then begin
            PostingFrom := UserSetup."Allow Posting From";
            PostingTo := UserSetup."Allow Posting To";
        end;
        if (PostingFrom = 0D) and (PostingTo = 0D) then begin
            PostingFrom := Rec."Allow Posting From";
            PostingTo := Rec."Allow Posting To";
        end;
        CanPost := AzumutaBooking.WritePermission() and ItemJournalLine.WritePermission();
    end;
}
