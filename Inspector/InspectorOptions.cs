using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Recording.Masking;

namespace RealtimeHello.Inspector;

/// <summary>How connections are recorded, and who may look at them.</summary>
public sealed class InspectorOptions
{
    /// <summary>The journal's budgets.</summary>
    public JournalOptions Journal { get; } = new();

    /// <summary>Header fields and query parameters whose values are masked before they are stored.</summary>
    public SecretNames Secrets { get; } = new();

    /// <summary>Live feeds (<c>/events</c>) at a time, of all readers together; one more is answered 429. Five of them, or half where there are fewer than ten, are the operators' alone.</summary>
    public int MostFeeds { get; set; } = 200;

    /// <summary>Live feeds at a time of one user, and of all operators together. The tabs of a browser share one.</summary>
    public int MostFeedsOfOne { get; set; } = 20;

    /// <summary>The name of an authorization policy: whoever satisfies it is an operator, and sees everything. Null: none.</summary>
    public string? OperatorPolicy { get; set; }

    /// <summary>Who else is an operator, beside those of <see cref="OperatorPolicy"/>, who bring <see cref="OperatorToken"/>, or came by the sign-in link.</summary>
    public Func<HttpContext, bool>? IsOperator { get; set; }

    /// <summary>The operator's secret, as <c>Authorization: Bearer</c>; null: there is none.</summary>
    public string? OperatorToken { get; set; }

    /// <summary>
    /// Prints the operator's sign-in link to the console when the application listens, in Development or at a terminal. The link's code is good for this process alone. False: the
    /// application prints it itself, or nobody needs it.
    /// </summary>
    public bool PrintsSignInLink { get; set; } = true;

    /// <summary>The id of a principal, by which a connection is its user's own. By default the name identifier claim.</summary>
    public Func<ClaimsPrincipal, string?> UserId { get; set; } = principal => principal.FindFirstValue(ClaimTypes.NameIdentifier);

    /// <summary>The label of a principal, for people to read.</summary>
    public Func<ClaimsPrincipal, string?> UserName { get; set; } = principal => principal.Identity?.Name;
}
