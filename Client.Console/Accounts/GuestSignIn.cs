using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Accounts;

/// <summary>Signs in at <c>POST /session</c>; a kept token says that the name is ours already.</summary>
internal sealed class GuestSignIn(HttpMessageHandler handler, ServerAddress server, TokenStore tokens, TimeProvider clock) : IDisposable
{
    private readonly HttpClient _http = new(handler, disposeHandler: false)
    {
        Timeout = TimeSpan.FromSeconds(15),
        MaxResponseContentBufferSize = 64 * 1024,
    };

    /// <summary>Takes the name, and keeps the new token.</summary>
    /// <exception cref="ServerTrouble">Not reachable, or refused: the server's own sentence where it gave one.</exception>
    public async Task<SignedIn> SignIn(string name, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Session);
        request.Headers.UserAgent.Add(Product);
        request.Headers.Accept.ParseAdd("application/json");
        request.Content = JsonContent.Create(new SignInRequest(name), AccountsJson.Default.SignInRequest);
        if (tokens.Find(server, name) is { } kept) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", kept.AccessToken);
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK) throw await Refusal(response, cancellationToken);
            var signedIn = await response.Content.ReadFromJsonAsync(AccountsJson.Default.SignedIn, cancellationToken)
                ?? throw new JsonException();
            tokens.Keep(server, signedIn);
            return signedIn;
        }
        catch (Exception trouble) when (trouble is HttpRequestException or IOException || (trouble is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw ReachTrouble.Describe(server, trouble);
        }
        catch (JsonException)
        {
            throw new ServerTrouble($"{server} answered the sign-in with something that is not a sign-in: is it a RealtimeHello server?", isLasting: true);
        }
    }

    /// <summary>How this program names itself to servers.</summary>
    public static ProductInfoHeaderValue Product { get; } = new("realtimehello", typeof(GuestSignIn).Assembly.GetName().Version?.ToString(3));

    public void Dispose() => _http.Dispose();

    private async Task<ServerTrouble> Refusal(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (response.Headers.Location is { } elsewhere && status is >= 300 and < 400)
            return new ServerTrouble($"{server} sends elsewhere, to {Clean(elsewhere.ToString())}: give that address with --server.", isLasting: true) { Status = status };

        var said = await ReadSentence(response, cancellationToken);
        var sentence = status switch
        {
            400 or 401 or 403 or 409 or 429 when said is not null => said,
            404 or 405 => $"{server} has no sign-in ({status}): is it a RealtimeHello server?",
            _ => $"{server} answered the sign-in with {status}" + (said is null ? "." : $": {said}"),
        };
        return new ServerTrouble(sentence, isLasting: status is < 500 and not (408 or 425 or 429)) { Status = status };
    }

    private async Task<string?> ReadSentence(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var problem = await response.Content.ReadFromJsonAsync(AccountsJson.Default.Problem, cancellationToken);
            if (Held(problem) is { } held) return held;
            return (problem?.Detail ?? problem?.Title) is { Length: > 0 } text ? Clean(text) : null;
        }
        catch (Exception notProblem) when (notProblem is JsonException or InvalidOperationException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>The server's sentence has the time as UTC; people have another on their wall.</summary>
    private string? Held(Problem? problem)
    {
        if (!DateTimeOffset.TryParse(problem?.HeldUntil, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until)) return null;
        var (local, now) = (TimeZoneInfo.ConvertTime(until, clock.LocalTimeZone), clock.GetLocalNow());
        return string.Create(CultureInfo.InvariantCulture, $"Somebody else holds this name until {local:HH:mm}{(local.Date == now.Date ? "" : $" of {local:yyyy-MM-dd}")}. Choose another one.");
    }

    private static string Clean(string text) => PrintableText.OneLine(text, 500);
}
