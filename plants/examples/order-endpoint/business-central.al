// Business Central 2024 or newer (runtime 12, for SecretText): posts a production order once it is released.
// Not tried: written from Microsoft's reference of HttpClient and of codeunit 5407.
codeunit 50100 "Azumuta Orders"
{
    [EventSubscriber(ObjectType::Codeunit, Codeunit::"Prod. Order Status Management", 'OnAfterChangeStatusOnProdOrder', '', false, false)]
    local procedure SendReleased(var ToProdOrder: Record "Production Order"; NewStatus: Enum "Production Order Status")
    begin
        if NewStatus = NewStatus::Released then
            Send(ToProdOrder);
    end;

    procedure Send(Order: Record "Production Order")
    var
        Client: HttpClient;
        Request: HttpRequestMessage;
        Response: HttpResponseMessage;
        Headers: HttpHeaders;
        Body: JsonObject;
        Endpoint: Text;
        Key: SecretText;
        Sent: Text;
        Answer: Text;
    begin
        // Stored once: IsolatedStorage.Set('OrderEndpoint', …) and SetEncrypted('OrderApiKey', …), DataScope::Company.
        IsolatedStorage.Get('OrderEndpoint', DataScope::Company, Endpoint);
        IsolatedStorage.Get('OrderApiKey', DataScope::Company, Key);

        Body.Add('number', Order."No.");
        Body.Add('article', Order."Source No.");
        // 9: the format of XML, with a point, whatever the language of the user.
        Body.Add('quantity', Format(Order.Quantity, 0, 9));
        if Order."Due Date" <> 0D then
            Body.Add('dueDate', Format(Order."Due Date", 0, 9));
        Body.WriteTo(Sent);

        Request.Method('POST');
        Request.SetRequestUri(Endpoint);
        Request.GetHeaders(Headers);
        Headers.Add('X-API-Key', Key);
        Request.Content.WriteFrom(Sent);
        Request.Content.GetHeaders(Headers);
        if Headers.Contains('Content-Type') then
            Headers.Remove('Content-Type');
        Headers.Add('Content-Type', 'application/json');

        // Asking again is safe. An error here takes the release back: what Azumuta has not got is not released.
        if not Client.Send(Request, Response) then
            Error('Azumuta cannot be reached. Release the order again.');
        Response.Content.ReadAs(Answer);
        if not Response.IsSuccessStatusCode() then
            Error('Azumuta answered %1: %2', Response.HttpStatusCode(), CopyStr(Answer, 1, 300));
    end;
}
