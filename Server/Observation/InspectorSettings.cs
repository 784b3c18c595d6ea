using System.Globalization;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Server.Hosting;

namespace RealtimeHello.Server.Observation;

/// <summary>The section <c>Inspector</c> of the configuration. What it may not hold is refused: a misspelt budget would be none, and a misspelt mask would let a secret be recorded.</summary>
internal sealed class InspectorSettings
{
    public const string Section = "Inspector";

    /// <summary>What may stand in <c>Inspector:Journal</c>.</summary>
    private static readonly Budget[] Budgets =
    [
        new(nameof(JournalOptions.TotalBytes), 1024 * 1024, 1L << 40, (journal, value) => journal.TotalBytes = value),
        new(nameof(JournalOptions.ConnectionBytes), 4 * 1024, int.MaxValue, (journal, value) => journal.ConnectionBytes = (int)value),
        new(nameof(JournalOptions.OpeningBytes), 1024, int.MaxValue, (journal, value) => journal.OpeningBytes = (int)value),
        new(nameof(JournalOptions.ClosedConnections), 0, 1_000_000, (journal, value) => journal.ClosedConnections = (int)value),
        new(nameof(JournalOptions.OtherClosedConnections), 0, 1_000_000, (journal, value) => journal.OtherClosedConnections = (int)value),
        new(nameof(JournalOptions.LifecycleEvents), 16, 1_000_000, (journal, value) => journal.LifecycleEvents = (int)value),
    ];

    private readonly List<(Budget Budget, long Value)> _budgets = [];

    private InspectorSettings()
    {
    }

    /// <summary>Whether connections are recorded and shown. If not, nothing is tapped, and the inspector is not there.</summary>
    public bool IsEnabled { get; private set; } = true;

    /// <summary>The operator's secret; null: one is made.</summary>
    public string? OperatorToken { get; private set; }

    /// <summary>Properties of messages whose values are masked.</summary>
    public IReadOnlyList<string> MaskedProperties { get; private set; } = [];

    /// <exception cref="StartException">The section holds something that it may not.</exception>
    public static InspectorSettings Read(IConfiguration configuration)
    {
        var settings = new InspectorSettings();
        var section = configuration.GetSection(Section);
        SettingsSection.RefuseValue(section, "Enabled=false");
        foreach (var entry in section.GetChildren()) settings.Take(entry);
        return settings;
    }

    /// <summary>Sets what was configured, and leaves the rest as it is.</summary>
    public void Apply(JournalOptions journal)
    {
        foreach (var (budget, value) in _budgets) budget.Set(journal, value);
    }

    private void Take(IConfigurationSection entry)
    {
        switch (entry.Key.ToUpperInvariant())
        {
            case "ENABLED":
                IsEnabled = bool.TryParse(entry.Value, out var isEnabled) ? isEnabled : throw new StartException($"{entry.Path} is '{entry.Value}', and has to be true or false.");
                break;
            case "OPERATORTOKEN":
                // What stands in it may be a secret, and is not repeated.
                if (entry.GetChildren().Any()) throw new StartException($"{entry.Path} is a list or a section, and has to be one value: {entry.Path}=TOKEN.");
                OperatorToken = string.IsNullOrWhiteSpace(entry.Value) ? null : entry.Value.Trim();
                if (OperatorToken?.Length < Observation.OperatorToken.LeastLength)
                    throw new StartException($"{entry.Path} is shorter than {Observation.OperatorToken.LeastLength} characters, and could be guessed. Take a longer one, or none: then one is made.");
                break;
            case "MASKEDPROPERTIES":
                MaskedProperties = SettingsSection.ListOf(entry, "the name of a property", "NAME");
                break;
            case "JOURNAL":
                SettingsSection.RefuseValue(entry, $"{nameof(JournalOptions.TotalBytes)}={new JournalOptions().TotalBytes}");
                foreach (var budget in entry.GetChildren()) TakeBudget(budget);
                break;
            default:
                throw SettingsSection.Unknown(entry, ["Enabled", "OperatorToken", "MaskedProperties", "Journal"]);
        }
    }

    private void TakeBudget(IConfigurationSection entry)
    {
        var budget = Array.Find(Budgets, budget => budget.Name.Equals(entry.Key, StringComparison.OrdinalIgnoreCase)) ?? throw SettingsSection.Unknown(entry, Budgets.Select(budget => budget.Name));
        if (!long.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < budget.Least || value > budget.Most)
            throw new StartException($"{entry.Path} is '{entry.Value}', and has to be a whole number from {budget.Least} to {budget.Most}, without a unit.");
        _budgets.Add((budget, value));
    }

    private sealed record Budget(string Name, long Least, long Most, Action<JournalOptions, long> Set);
}
