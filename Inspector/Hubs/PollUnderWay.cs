namespace RealtimeHello.Inspector.Hubs;

/// <summary>The request with a hub's token that this flow of control is about.</summary>
internal static class PollUnderWay
{
    private static readonly AsyncLocal<RecordedRequest?> request = new();

    public static RecordedRequest? Request
    {
        get => request.Value;
        set => request.Value = value;
    }
}
