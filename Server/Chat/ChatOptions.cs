using RealtimeHello.Server.Hosting;

namespace RealtimeHello.Server.Chat;

/// <summary>Settings of the chat, the section <c>Chat</c> of the configuration.</summary>
internal sealed class ChatOptions
{
    public const string Section = "Chat";

    /// <summary>Origins besides the server's own whose pages may connect, such as <c>https://chat.example.org</c>.</summary>
    public string[] AllowedOrigins { get; init; } = [];

    /// <summary>Sign-ins from one address a minute; 0 for no limit.</summary>
    public int SignInsPerMinute { get; init; } = 120;

    /// <summary>PostMessage of one connection.</summary>
    public CallRate Posts { get; init; } = new() { PerSecond = 50, Burst = 500 };

    /// <summary>SetTyping of one connection.</summary>
    public CallRate Typing { get; init; } = new() { PerSecond = 5, Burst = 20 };

    /// <summary>Every other method of one connection, together.</summary>
    public CallRate Others { get; init; } = new() { PerSecond = 50, Burst = 200 };

    /// <summary>Before any of it is read.</summary>
    /// <exception cref="StartException">The section holds something that it may not.</exception>
    public static void Check(IConfigurationSection section)
    {
        SettingsSection.RefuseValue(section, $"{nameof(SignInsPerMinute)}=0");
        foreach (var entry in section.GetChildren())
        {
            switch (entry.Key.ToUpperInvariant())
            {
                case "ALLOWEDORIGINS":
                    SettingsSection.ListOf(entry, "an origin", "https://chat.example.org");
                    break;
                case "SIGNINSPERMINUTE":
                    SettingsSection.CheckNumber(entry, isWhole: true);
                    break;
                case "POSTS" or "TYPING" or "OTHERS":
                    CallRate.Check(entry);
                    break;
                default:
                    throw SettingsSection.Unknown(entry, [nameof(AllowedOrigins), nameof(SignInsPerMinute), nameof(Posts), nameof(Typing), nameof(Others)]);
            }
        }
    }
}

/// <summary>How often something may be called.</summary>
internal sealed class CallRate
{
    /// <summary>Calls a second in the long run; 0 for no limit.</summary>
    public double PerSecond { get; init; }

    /// <summary>Calls at once after a pause.</summary>
    public double Burst { get; init; }

    /// <exception cref="StartException">The section holds something that it may not.</exception>
    public static void Check(IConfigurationSection section)
    {
        SettingsSection.RefuseValue(section, $"{nameof(PerSecond)}=0");
        foreach (var entry in section.GetChildren())
        {
            if (entry.Key.ToUpperInvariant() is not ("PERSECOND" or "BURST")) throw SettingsSection.Unknown(entry, [nameof(PerSecond), nameof(Burst)]);
            SettingsSection.CheckNumber(entry, isWhole: false);
        }
    }
}
