namespace RealtimeHello.Server.Storage;

/// <summary>One change that waits for the writer. Every method is called on the writer's thread and must not block.</summary>
internal abstract class WriteJob
{
    /// <summary>Makes the change, within the group's transaction. May run again when the group is tried again.</summary>
    public abstract void Run(WriteSession session);

    /// <summary>The group is durable.</summary>
    public abstract void Done();

    /// <summary>The group was rolled back, or the job was never begun: nothing of it is stored.</summary>
    public abstract void Fail(StoreUnavailableException trouble);
}
