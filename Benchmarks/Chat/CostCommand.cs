using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace RealtimeHello.Benchmarks.Chat;

/// <summary>
/// What being seen through costs: the same fan-out with no inspector at all, with nobody looking, with one viewer on one connection, and with one viewer on
/// everything. Taken in short turns in one run, each post by itself, since machines are noisy and drift within seconds: medians and ratios count, and the mean beside them, which holds what comes
/// seldom, such as a garbage collection. There are two servers without the inspector, to both of which the others are compared: they show how much servers that are alike differ. All are started anew several times: what one process is
/// compiled to, and where its memory lies, is not what another's is.
/// </summary>
internal static class CostCommand
{
    private const string Room = "room";
    private const string Text = "A message of about a hundred characters, which is what people write to each other in a chat, more or less.";
    private const string Token = "the-operator-token-of-this-benchmark";

    /// <summary>Posted before anything is measured: compiled code, and a journal as full as its budget lets it be, as it is on a server that has run for a while.</summary>
    private const int WarmUpPosts = 1_200;

    /// <summary>Posted with the viewer there and before anything is measured: what decodes to full depth is compiled by then, which is no cost of a message.</summary>
    private const int WarmUpPostsForViewer = 400;

    /// <summary>Posted to one server before the next one's turn.</summary>
    private const int FillAtOnce = 50;

    /// <summary>Posted in front of each look whether the servers still compile.</summary>
    private const int CompilingPosts = 200;

    /// <summary>Posted at most until they don't.</summary>
    private const int MostWarmUpPosts = 4_000;

    /// <summary>Connected before memory is measured: what is loaded and made once is no connection's.</summary>
    private const int WarmUpConnections = 500;

    /// <summary>How long those connections are left alone then: each has had its first keep-alive, after 15 s, which costs more than any later one and is not to fall between the two looks.</summary>
    private static readonly TimeSpan FirstKeepAlive = TimeSpan.FromSeconds(20);

    /// <summary>Of each turn, not counted: the caches of the processor still hold what the server before needed.</summary>
    private const int FirstPosts = 2;

    /// <summary>In the order in which they start: what starts first is slower by one or two of a hundred, whatever it is, so those without are on both sides, and another one begins each time.</summary>
    private enum Looking
    {
        NoInspector,
        Nobody,
        NoInspectorEither,
        OneConnection,
        Everything,
    }

    public static Command Create()
    {
        var connections = new Option<int>("--connections") { Description = "Members of the one room.", DefaultValueFactory = _ => 200 };
        var rate = new Option<int>("--rate") { Description = "Posts a second.", DefaultValueFactory = _ => 50 };
        var posts = new Option<int>("--posts") { Description = $"Posts of one server's turn; the first {FirstPosts} are not counted.", DefaultValueFactory = _ => 12 };
        var rounds = new Option<int>("--rounds") { Description = "How many turns each server has.", DefaultValueFactory = _ => 40 };
        var starts = new Option<int>("--starts") { Description = "How many times all servers are started anew.", DefaultValueFactory = _ => 6 };
        var types = new Option<int>("--types") { Description = "How many types of objects to list that make the difference in memory." };
        var quiet = new Option<int>("--quiet-seconds") { Description = "How long the connections are idle before memory is measured: keep-alives come every 15 s." };
        var viewers = new Option<bool>("--viewers") { Description = "Measure with viewers too.", DefaultValueFactory = _ => true };
        var idle = new Option<int>("--idle") { Description = "Idle signed-in connections for the memory figure; 0: leave it out.", DefaultValueFactory = _ => 1_000 };
        var command = new Command("cost", "Processor time of a delivered message and memory of an idle connection, with and without the inspector and viewers.")
        {
            connections, rate, posts, rounds, starts, viewers, idle, quiet, types,
        };
        command.SetAction(async result =>
        {
            var load = new Load(result.GetValue(connections), TimeSpan.FromSeconds(1.0 / result.GetValue(rate)), Math.Max(FirstPosts + 1, result.GetValue(posts)));
            var kinds = Enum.GetValues<Looking>().Where(looking => looking < Looking.OneConnection || result.GetValue(viewers)).ToArray();
            var processor = new List<Dictionary<Looking, List<double>>>();
            for (var start = 1; start <= result.GetValue(starts); start++)
            {
                Console.Error.WriteLine($"start {start} of {result.GetValue(starts)}");
                // Another one begins each time: who comes first finds the machine as the last one left it.
                Looking[] inTurn = [.. kinds.Skip(start % kinds.Length), .. kinds.Take(start % kinds.Length)];
                processor.Add(await MeasureDeliveries(inTurn, load, result.GetValue(rounds)));
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"start {start}, in this order: {string.Join(", ", inTurn.Select(looking => $"{NameOf(looking)} {Ratio(processor[^1], looking, Median):0.00}"))}"));
            }

            if (processor.Count > 0) Print(load, kinds, processor);
            if (result.GetValue(idle) > 0) await MeasureMemory(result.GetValue(idle), TimeSpan.FromSeconds(result.GetValue(quiet)), result.GetValue(types));
            return 0;
        });
        return command;
    }

    private sealed class Subject(Looking looking, ServerUnderTest server) : IAsyncDisposable
    {
        private int posts;

        public Looking Looking => looking;

        public ServerUnderTest Server => server;

        public List<RawMember> Members { get; } = [];

        /// <summary>When the members read.</summary>
        public Poll Poll { get; } = new();

        public long Deliveries => Members.Sum(member => member.Deliveries);

        public Viewer? Viewer { get; set; }

        /// <summary>The member that posts next.</summary>
        public int Next() => posts++ % Members.Count;

        public async ValueTask DisposeAsync()
        {
            foreach (var member in Members) await member.DisposeAsync();
            if (Viewer is not null) await Viewer.DisposeAsync();
            await server.DisposeAsync();
        }
    }

    private sealed record Load(int Connections, TimeSpan BetweenPosts, int PostsOfATurn);

    private static Task<ServerUnderTest> Start(Looking looking) => ServerUnderTest.Start(
    [
        "--Chat:Posts:PerSecond=0", "--Chat:Others:PerSecond=0", "--Chat:SignInsPerMinute=0",
        "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:RealtimeHello=Warning", $"--Inspector:OperatorToken={Token}",
        $"--Inspector:Enabled={looking is not (Looking.NoInspector or Looking.NoInspectorEither)}",
    ]);

    /// <summary>Microseconds of the server's processor time for each delivered message. All servers run all the time and take turns, so that what disturbs disturbs all.</summary>
    private static async Task<Dictionary<Looking, List<double>>> MeasureDeliveries(Looking[] kinds, Load load, int rounds)
    {
        var subjects = new List<Subject>();
        var figures = new Dictionary<Looking, List<double>>();
        try
        {
            Console.Error.WriteLine("connecting");
            foreach (var looking in kinds) subjects.Add(await Join(looking, load));
            await Fill(subjects, WarmUpPosts);
            foreach (var subject in subjects) subject.Viewer = await View(subject);
            await Fill(subjects, WarmUpPostsForViewer);
            await FillUntilCompiled(subjects);

            for (var round = 0; round <= rounds; round++)
            {
                if (round % 10 == 0) Console.Error.WriteLine(round == 0 ? "warming up" : $"round {round} of {rounds}");
                foreach (var subject in subjects)
                {
                    var spent = await TakeTurn(subject, load);
                    if (round > 0) Of(figures, subject.Looking).AddRange(spent.Skip(FirstPosts));
                }
            }
        }
        finally
        {
            foreach (var subject in subjects) await subject.DisposeAsync();
        }

        return figures;
    }

    private static async Task<Subject> Join(Looking looking, Load load)
    {
        var subject = new Subject(looking, await Start(looking));
        for (var i = 0; i < load.Connections; i++) subject.Members.Add(await subject.Poll.Until(RawMember.Join(subject.Server, $"member-{i}", Room, subject.Poll)));
        return subject;
    }

    private static async Task<Viewer?> View(Subject subject) => subject.Looking switch
    {
        Looking.OneConnection => await Viewer.OfOneConnection(subject.Server.Address, Token),
        Looking.Everything => await Viewer.OfEverything(subject.Server.Address, Token),
        _ => null,
    };

    /// <summary>In turns: none is left alone for a minute while others are filled. Which of them that would be, some machines show in the figures: by what memory of an idle process they take back.</summary>
    private static async Task Fill(List<Subject> subjects, int posts)
    {
        for (var filled = 0; filled < posts; filled += FillAtOnce)
        {
            if (posts > CompilingPosts && filled % (8 * FillAtOnce) == 0) Console.Error.WriteLine($"filling: {filled} of {posts} posts");
            foreach (var subject in subjects)
            {
                for (var i = 0; i < FillAtOnce; i++) await Post(subject);
            }
        }
    }

    /// <summary>
    /// What is called often is compiled a second and a third time, in the background, one method after the other, for a minute or more: by a server that runs for a while that is long over, and one that has more
    /// methods is slower until then in all that it does.
    /// </summary>
    private static async Task FillUntilCompiled(List<Subject> subjects)
    {
        // Now and then a single method is compiled for good: who was seen without any has nothing left that waits.
        List<Subject> compiling = [.. subjects];
        for (var posts = 0; posts < MostWarmUpPosts; posts += CompilingPosts)
        {
            compiling.RemoveAll(subject => !subject.Server.IsCompiling);
            if (compiling.Count == 0) return;
            Console.Error.WriteLine($"compiling: {string.Join(", ", compiling.Select(subject => NameOf(subject.Looking)))}");
            await Fill(subjects, CompilingPosts);
        }
    }

    /// <summary>Posts at the rate of the load, from one member after the other; returns what each post cost for each delivery, up to the next one.</summary>
    private static async Task<List<double>> TakeTurn(Subject subject, Load load)
    {
        var spent = new List<double>();
        using var timer = new PeriodicTimer(load.BetweenPosts);
        for (var post = 0; post < load.PostsOfATurn; post++)
        {
            var before = subject.Server.Processor;
            await Post(subject);
            await timer.WaitForNextTickAsync();
            spent.Add((subject.Server.Processor - before).TotalMicroseconds / subject.Members.Count);
        }

        return spent;
    }

    /// <summary>One post: over when it was acknowledged and has arrived everywhere.</summary>
    private static async Task Post(Subject subject)
    {
        var deliveries = subject.Deliveries + subject.Members.Count;
        var posting = subject.Members[subject.Next()].Post(Room, Text);
        await subject.Poll.Until(() => posting.IsCompleted, () => $"no receipt of a post, {Missing()}");
        await posting;
        await subject.Poll.Until(() => subject.Deliveries >= deliveries, Missing);

        string Missing() => $"{deliveries - subject.Deliveries} of {subject.Members.Count} deliveries missing at {NameOf(subject.Looking)}";
    }

    /// <summary>What the server holds for each idle signed-in connection.</summary>
    private static async Task MeasureMemory(int connections, TimeSpan quiet, int types)
    {
        Console.WriteLine();
        Console.WriteLine($"Memory for each of {connections} idle signed-in connections:");
        Console.WriteLine();
        Console.WriteLine($"| {"",-24} | live objects, bytes | more | resident set, KiB |");
        Console.WriteLine("|---|---|---|---|");
        double? without = null;
        var byType = new List<Dictionary<string, double>>();
        foreach (var looking in (Looking[])[Looking.NoInspector, Looking.Nobody])
        {
            Console.Error.WriteLine($"memory: {NameOf(looking)}");
            await using var server = await Start(looking);
            var members = new List<RawMember>();
            for (var i = 0; i < WarmUpConnections; i++) members.Add(await RawMember.Connect(server, $"early-{i}"));
            await Task.Delay(quiet > FirstKeepAlive ? quiet : FirstKeepAlive);
            var (live, resident) = (server.LiveObjects(types > 0), server.Memory);
            for (var i = 0; i < connections; i++) members.Add(await RawMember.Connect(server, $"member-{i}"));
            await Task.Delay(quiet);
            byType.Add(server.LiveObjects(types > 0).ToDictionary(pair => pair.Key, pair => (pair.Value - live.GetValueOrDefault(pair.Key)) / (double)connections));
            var each = byType[^1].Values.Sum();
            without ??= each;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {NameOf(looking),-24} | {each:0} | {each - without:0} | {(server.Memory - resident) / 1024.0 / connections:0.0} |"));
            foreach (var member in members) await member.DisposeAsync();
        }

        if (types > 0) Console.WriteLine();
        foreach (var (type, more) in byType[1].Select(pair => (pair.Key, pair.Value - byType[0].GetValueOrDefault(pair.Key))).OrderByDescending(pair => Math.Abs(pair.Item2)).Take(types))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{more,8:0}  {type}"));
    }

    private static void Print(Load load, Looking[] kinds, List<Dictionary<Looking, List<double>>> starts)
    {
        Console.WriteLine($"{load.Connections} members of one room, {1 / load.BetweenPosts.TotalSeconds:0} posts a second, {starts.Count} starts with {starts[0][Looking.Nobody].Count} posts each:");
        Console.WriteLine();
        Console.WriteLine($"| {"",-26} | µs CPU a delivery, median | ratio | of the means | medians of the single starts |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var looking in kinds)
        {
            var medians = Ratios(Median);
            var means = Ratios(values => values.Average());
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {NameOf(looking),-26} | {Median([.. starts.SelectMany(start => start[looking])]):0.00} | {Median(medians):0.000} | {Median(means):0.000} | {string.Join(' ', medians.Order().Select(ratio => ratio.ToString("0.00", CultureInfo.InvariantCulture)))} |"));

            List<double> Ratios(Func<List<double>, double> of) => starts.ConvertAll(start => Ratio(start, looking, of));
        }
    }

    /// <summary>Within one start, which is of one time, and to both servers without: one by itself may lie well or badly in memory.</summary>
    private static double Ratio(Dictionary<Looking, List<double>> start, Looking looking, Func<List<double>, double> of) =>
        of(start[looking]) / ((of(start[Looking.NoInspector]) + of(start[Looking.NoInspectorEither])) / 2);

    private static string NameOf(Looking looking) => looking switch
    {
        Looking.NoInspector => "no inspector",
        Looking.NoInspectorEither => "no inspector, a second one",
        Looking.Nobody => "nobody looking",
        Looking.OneConnection => "one viewer, one connection",
        _ => "one viewer, everything",
    };

    private static List<double> Of(Dictionary<Looking, List<double>> figures, Looking looking)
    {
        if (!figures.TryGetValue(looking, out var list)) figures.Add(looking, list = []);
        return list;
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
