using System.Reflection;
using System.Xml.Linq;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Architecture;

/// <summary>Who may know whom, as ARCHITECTURE.md says it, of the projects and of what was compiled from them.</summary>
public sealed class WhoMayKnowWhomTests
{
    private static readonly Dictionary<string, string[]> allowed = new()
    {
        ["Contracts"] = [],
        ["Layers"] = [],
        ["Recording"] = ["Layers"],
        ["Inspector"] = ["Recording", "Layers"],
        ["Transport"] = ["Recording", "Layers"],
        ["Server"] = ["Contracts", "Inspector", "Transport"],
        ["Client.Console"] = ["Contracts", "Recording", "Inspector"],
    };

    // What comes with a project that may be known is known too: the server sees the inspector's layers.
    private static readonly Dictionary<string, string[]> comesAlong = new()
    {
        ["Server"] = ["Recording", "Layers"],
        ["Client.Console"] = ["Layers"],
    };

    public static TheoryData<string> Projects => [.. allowed.Keys.Where(name => File.Exists(ProjectFile(name)))];

    [Fact]
    public void The_projects_are_found() => Projects.Should().HaveCountGreaterThanOrEqualTo(6);

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_whom_it_may_know(string project)
    {
        var references = XDocument.Load(ProjectFile(project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
        references.Should().BeSubsetOf(allowed[project]);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void An_assembly_uses_only_whom_it_may_know(string project)
    {
        var used = Load(project).GetReferencedAssemblies().Select(reference => reference.Name!).Where(IsOurs).Select(ProjectOf);
        used.Should().BeSubsetOf([.. allowed[project], .. comesAlong.GetValueOrDefault(project, [])]);
    }

    [Theory]
    [InlineData("Layers")]
    [InlineData("Contracts")]
    public void An_assembly_that_knows_nobody_stands_on_the_runtime_alone(string project) =>
        Load(project).GetReferencedAssemblies().Should().OnlyContain(reference => reference.Name!.StartsWith("System.", StringComparison.Ordinal));

    [Fact]
    public void No_type_of_the_chat_names_the_inspector()
    {
        var chat = typeof(Program).Assembly.GetTypes().Where(type => type.Namespace is { } name && (name + ".").StartsWith("RealtimeHello.Server.Chat.", StringComparison.Ordinal)).ToList();
        chat.Should().NotBeEmpty();
        chat.SelectMany(type => Named(type).Select(named => (type, named)))
            .Where(pair => IsForbidden(pair.named))
            .Select(pair => $"{pair.type.FullName} names {pair.named.FullName}")
            .Should().BeEmpty();
    }

    [Fact]
    public void No_source_of_the_chat_calls_the_inspector()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "Server", "Chat"), "*.cs", SearchOption.AllDirectories);
        files.Should().NotBeEmpty();
        files.Where(file => File.ReadLines(file).Any(line => forbidden.Any(name => line.Contains(name, StringComparison.Ordinal)))).Should().BeEmpty();

        // Nor by a using that stands elsewhere and holds for all files.
        Directory.GetFiles(Path.Combine(Repository.Root, "Server"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(file => File.ReadLines(file).Any(line => line.StartsWith("global using", StringComparison.Ordinal) && forbidden.Any(name => line.Contains(name, StringComparison.Ordinal))))
            .Should().BeEmpty();
    }

    private static readonly string[] forbidden = ["RealtimeHello.Inspector", "RealtimeHello.Recording", "RealtimeHello.Layers", "RealtimeHello.Server.Observation"];

    private static string ProjectFile(string project) => Path.Combine(Repository.Root, project, $"{project}.csproj");

    private static Assembly Load(string project) => Assembly.Load(project == "Client.Console" ? "realtimehello" : $"RealtimeHello.{project}");

    private static bool IsOurs(string assembly) => assembly.StartsWith("RealtimeHello", StringComparison.OrdinalIgnoreCase);

    private static string ProjectOf(string assembly) => assembly == "realtimehello" ? "Client.Console" : assembly["RealtimeHello.".Length..];

    private static bool IsForbidden(Type type) =>
        type.Namespace is { } name && forbidden.Any(prefix => (name + ".").StartsWith(prefix + ".", StringComparison.Ordinal));

    /// <summary>The types in a type's bases, fields, signatures, local variables and attributes, and what those are made of.</summary>
    private static IEnumerable<Type> Named(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var named = new List<Type?> { type.BaseType };
        named.AddRange(type.GetInterfaces());
        named.AddRange(type.GetFields(all).Select(field => field.FieldType));
        named.AddRange(type.CustomAttributes.Select(attribute => attribute.AttributeType));
        foreach (var method in type.GetMembers(all).OfType<MethodBase>())
        {
            named.Add((method as MethodInfo)?.ReturnType);
            named.AddRange(method.GetParameters().Select(parameter => parameter.ParameterType));
            named.AddRange(method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? []);
        }

        return named.OfType<Type>().SelectMany(Parts);
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!) : [type, .. type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts) : []];
}
