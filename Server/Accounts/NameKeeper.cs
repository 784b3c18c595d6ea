using RealtimeHello.Server.Storage;

namespace RealtimeHello.Server.Accounts;

/// <summary>
/// Keeps the holds on names in the store, so that a restart gives none away. Nobody waits for it: changes gather while
/// one write is on its way, and those of a failed write go with the next one.
/// </summary>
internal sealed class NameKeeper(GuestNames names, NameHoldStore store) : IHostedService
{
    private int _isSaving;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        names.Changed += Save;
        names.Restore(await store.Load(cancellationToken));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Save()
    {
        if (Interlocked.Exchange(ref _isSaving, 1) == 0) _ = SaveAll();
    }

    private async Task SaveAll()
    {
        while (true)
        {
            var changes = names.TakeChanges();
            if (changes.Count > 0)
            {
                try
                {
                    await store.Save(changes);
                    continue;
                }
                catch (StoreUnavailableException)
                {
                    names.ReturnChanges(changes.Select(change => change.Key));
                }
            }

            Volatile.Write(ref _isSaving, 0);
            // A change that came between the look and the sign is nobody's if not ours; one that failed waits for the next change.
            if (changes.Count > 0 || !names.HasChanges || Interlocked.Exchange(ref _isSaving, 1) == 1) return;
        }
    }
}
