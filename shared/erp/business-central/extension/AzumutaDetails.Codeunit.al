// Not compiled here. Names were resolved against Business Central 29.0 (microsoft/BCApps c3414ede); a partner compiles this, then does the checks of README.md in a sandbox.
namespace Azumuta.Production;

/// <summary>What a booking says besides its figures: lots, reasons of scrap, operations and components, as JSON.</summary>
codeunit 50101 "Azumuta Details"
{
    Access = Internal;

    var
        GivenLots: JsonArray;
        GivenScrap: JsonArray;
        GivenOperations: JsonArray;
        GivenComponents: JsonArray;
        NoJsonErr: Label 'AZ-FIGURES: details is no JSON object. Update the connector.', Locked = true;
        NotKnownErr: Label 'AZ-SETUP: details has ''%1'', which this version of the extension cannot book. Update the extension.', Locked = true;
        NoListErr: Label 'AZ-FIGURES: ''%1'' in details is no list of objects. Update the connector.', Locked = true;
        NoFigureErr: Label 'AZ-FIGURES: ''%1'' in details is no number. Update the connector.', Locked = true;
        NegativeErr: Label 'AZ-FIGURES: ''%1'' is %2. Business Central can book 0 or more. Correct the recording in Azumuta.', Locked = true;
        DecimalsErr: Label 'AZ-FIGURES: ''%1'' is %2, with more than 5 decimals, which Business Central cannot keep. Correct the recording in Azumuta.', Locked = true;

    /// <summary>Refuses each name that it does not know: nothing that was recorded is left out silently.</summary>
    procedure Read(Details: Text)
    var
        Whole: JsonObject;
        Name: Text;
    begin
        Clear(GivenLots);
        Clear(GivenScrap);
        Clear(GivenOperations);
        Clear(GivenComponents);
        if Details = '' then
            exit;
        if not Whole.ReadFrom(Details) then
            Error(NoJsonErr);
        foreach Name in Whole.Keys() do
            case Name of
                'lots':
                    GivenLots := ReadList(Whole, Name, 'number|quantity');
                'scrap':
                    GivenScrap := ReadList(Whole, Name, 'code|quantity');
                'operations':
                    GivenOperations := ReadList(Whole, Name, 'no|good|scrap|setup|run|finished');
                'components':
                    GivenComponents := ReadList(Whole, Name, 'lineNo|quantity|lots');
                else
                    Error(NotKnownErr, Name);
            end;
    end;

    procedure Lots(): JsonArray
    begin
        exit(GivenLots);
    end;

    procedure ScrapReasons(): JsonArray
    begin
        exit(GivenScrap);
    end;

    procedure Operations(): JsonArray
    begin
        exit(GivenOperations);
    end;

    procedure Components(): JsonArray
    begin
        exit(GivenComponents);
    end;

    procedure LotsOf(Component: JsonObject): JsonArray
    var
        Nothing: JsonArray;
    begin
        if not Component.Contains('lots') then
            exit(Nothing);
        exit(ReadList(Component, 'lots', 'number|quantity'));
    end;

    procedure FigureOf(Object: JsonObject; Name: Text): Decimal
    begin
        exit(FigureOf(Object, Name, 0));
    end;

    procedure FigureOf(Object: JsonObject; Name: Text; Otherwise: Decimal) Figure: Decimal
    var
        Token: JsonToken;
    begin
        if not Object.Get(Name, Token) then
            exit(Otherwise);
        if not TryAsDecimal(Token, Figure) then
            Error(NoFigureErr, Name);
        CheckFigure(Name, Figure);
    end;

    procedure TextOf(Object: JsonObject; Name: Text): Text
    var
        Token: JsonToken;
    begin
        if not Object.Get(Name, Token) then
            exit('');
        exit(Token.AsValue().AsText());
    end;

    procedure IsTrue(Object: JsonObject; Name: Text): Boolean
    var
        Token: JsonToken;
    begin
        if not Object.Get(Name, Token) then
            exit(false);
        exit(Token.AsValue().AsBoolean());
    end;

    procedure SumOf(List: JsonArray; Name: Text) Sum: Decimal
    var
        Entry: JsonToken;
    begin
        foreach Entry in List do
            Sum += FigureOf(Entry.AsObject(), Name);
    end;

    procedure CheckFigure(Name: Text; Figure: Decimal)
    begin
        if Figure < 0 then
            Error(NegativeErr, Name, Format(Figure, 0, 9));
        if Round(Figure, 0.00001) <> Figure then
            Error(DecimalsErr, Name, Format(Figure, 0, 9));
    end;

    local procedure ReadList(Object: JsonObject; Name: Text; KnownNames: Text) List: JsonArray
    var
        Token: JsonToken;
        Entry: JsonToken;
    begin
        if not Object.Get(Name, Token) then
            exit;
        if not Token.IsArray() then
            Error(NoListErr, Name);
        List := Token.AsArray();
        foreach Entry in List do begin
            if not Entry.IsObject() then
                Error(NoListErr, Name);
            CheckNames(Name, Entry.AsObject(), KnownNames);
        end;
    end;

    local procedure CheckNames(ListName: Text; Object: JsonObject; KnownNames: Text)
    var
        Name: Text;
    begin
        foreach Name in Object.Keys() do
            if not KnownNames.Split('|').Contains(Name) then
                Error(NotKnownErr, ListName + '.' + Name);
    end;

    [TryFunction]
    local procedure TryAsDecimal(Token: JsonToken; var Figure: Decimal)
    begin
        Figure := Token.AsValue().AsDecimal();
    end;
}
