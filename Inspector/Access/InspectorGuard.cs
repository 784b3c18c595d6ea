using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Access;

/// <summary>
/// Keeps an inspector without any access rule from starting outside Development, and one whose operators' policy does not exist; says so where nobody can be the operator; and
/// tells the journal when the process stops.
/// </summary>
internal sealed partial class InspectorGuard(
    Journal journal, InspectorOptions options, IHostEnvironment environment, IHostApplicationLifetime lifetime, MappedInspectors mapped, IServiceProvider services, ILogger<InspectorGuard> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() => journal.IsStopping = true);
        await CheckPolicy();
        if (HasOperator) return;
        if (!environment.IsDevelopment() && mapped.AnyIsOpen)
        {
            throw new InvalidOperationException(
                "The connection inspector would be open to everybody: outside Development give it an operator (options.OperatorPolicy, options.IsOperator or options.OperatorToken in "
                + "AddConnectionInspector) or a policy (MapConnectionInspector().RequireAuthorization(\"Operators\")).");
        }

        if (!environment.IsDevelopment() && mapped.Paths.Any()) NobodyIsOperator();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private bool HasOperator => options.IsOperator is not null || options.OperatorPolicy is not null || options.OperatorToken is { Length: > 0 };

    private async Task CheckPolicy()
    {
        if (options.OperatorPolicy is not { } name) return;
        var policies = services.GetService<IAuthorizationPolicyProvider>();
        if (policies is null || await policies.GetPolicyAsync(name) is null)
        {
            throw new InvalidOperationException(
                $"The connection inspector's operators are those of the policy {name} (options.OperatorPolicy), and there is no such policy: "
                + $"add it with builder.Services.AddAuthorization(options => options.AddPolicy(\"{name}\", ...)).");
        }
    }

    [LoggerMessage(LogLevel.Warning, "Nobody is the connection inspector's operator: whoever may open it sees their own connections alone. "
        + "Say who sees all with options.OperatorPolicy, options.IsOperator or options.OperatorToken in AddConnectionInspector.")]
    private partial void NobodyIsOperator();
}
