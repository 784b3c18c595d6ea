using System.Diagnostics.CodeAnalysis;
using System.Text;
using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Accounts;

/// <summary>A user's name, as <see cref="UserNameRule"/> has it.</summary>
/// <param name="Text">As it is shown, in normal form C.</param>
/// <param name="Key">What it is compared by: compatibility form, without case, so that look-alikes such as ＡＤＡ and ada are one.</param>
internal sealed record UserName(string Text, string Key)
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out UserName? name)
    {
        name = UserNameRule.TryNormalize(text, out var normal)
            ? new UserName(normal, normal.Normalize(NormalizationForm.FormKC).ToUpperInvariant().Normalize(NormalizationForm.FormKC))
            : null;
        return name is not null;
    }
}
