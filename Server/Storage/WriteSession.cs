using Microsoft.Data.Sqlite;
using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Storage;

/// <summary>
/// The writer's connection with its prepared statements. It alone gives out numbers, so it knows where each busy room
/// stands without asking; that knowledge dies with it, and a rolled back transaction needs a new session.
/// </summary>
internal sealed class WriteSession : IDisposable
{
    /// <summary>Rooms whose numbering is remembered.</summary>
    private const int MostCursors = 4_096;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _findRoom;
    private readonly SqliteCommand _addRoom;
    private readonly SqliteCommand _moveRoom;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _findMessage;
    private readonly SqliteCommand _hold;
    private readonly SqliteCommand _free;
    private readonly SqliteCommand _signOut;
    private readonly SqliteCommand _forgetSignOuts;
    private readonly Dictionary<string, Cursor> _cursors = [];
    private readonly List<Cursor> _moved = [];

    public WriteSession(SqliteConnection connection)
    {
        _connection = connection;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _findRoom = Prepare("SELECT Id, LastNumber, LastPostedAt FROM Rooms WHERE Name = $name", "$name");
        _addRoom = Prepare("INSERT INTO Rooms (Name, LastNumber) VALUES ($name, 0) RETURNING Id", "$name");
        _moveRoom = Prepare("UPDATE Rooms SET LastNumber = $number, LastPostedAt = $at WHERE Id = $room", "$number", "$at", "$room");
        _insert = Prepare(
            "INSERT INTO Messages (RoomId, Number, Id, User, Author, Text, PostedAt) VALUES ($room, $number, $id, $user, $author, $text, $at) ON CONFLICT (Id) DO NOTHING",
            "$room", "$number", "$id", "$user", "$author", "$text", "$at");
        _findMessage = Prepare(
            "SELECT r.Name, m.Number, m.User, m.Author, m.Text, m.PostedAt FROM Messages m JOIN Rooms r ON r.Id = m.RoomId WHERE m.Id = $id", "$id");
        _hold = Prepare("INSERT INTO NameHolds (Key, User, Until) VALUES ($key, $user, $until) ON CONFLICT (Key) DO UPDATE SET User = $user, Until = $until",
            "$key", "$user", "$until");
        _free = Prepare("DELETE FROM NameHolds WHERE Key = $key", "$key");
        _signOut = Prepare("INSERT INTO SignOuts (User, Until) VALUES ($user, $until) ON CONFLICT (User) DO NOTHING", "$user", "$until");
        _forgetSignOuts = Prepare("DELETE FROM SignOuts WHERE Until <= $until", "$until");
    }

    public void Begin() => _begin.ExecuteNonQuery();

    /// <summary>Returns when everything since <see cref="Begin"/> is on the disk.</summary>
    public void Commit()
    {
        foreach (var cursor in _moved)
        {
            Execute(_moveRoom, cursor.LastNumber, cursor.LastPostedAt, cursor.RoomId);
            cursor.HasMoved = false;
        }

        _moved.Clear();
        _commit.ExecuteNonQuery();
        if (_cursors.Count > MostCursors) _cursors.Clear();
    }

    /// <summary>Stores a message under its room's next number, unless its id is known.</summary>
    /// <param name="message">The message.</param>
    /// <param name="now">Milliseconds since 1970; a clock that was set back does not make a room's times run backwards.</param>
    public AppendResult Append(NewMessage message, long now)
    {
        var cursor = Find(message.Room);
        var at = Math.Max(now, cursor.LastPostedAt);
        var isNew = Execute(_insert, cursor.RoomId, cursor.LastNumber + 1, Bytes(message.Id), Bytes(message.User), message.Author, message.Text, at) == 1;
        if (!isNew) return FindFirst(message);

        cursor.LastNumber++;
        cursor.LastPostedAt = at;
        if (!cursor.HasMoved) _moved.Add(cursor);
        cursor.HasMoved = true;
        return new AppendResult(
            new ChatMessage(message.Room, cursor.LastNumber, message.Id, message.Author, message.Text, StoredTime.FromMilliseconds(at)), false, false);
    }

    /// <summary>Remembers who holds a name.</summary>
    /// <param name="key">The name in the form it is compared by.</param>
    /// <param name="user">The holder.</param>
    /// <param name="until">When it comes free; null while the holder is connected.</param>
    public void Hold(string key, Guid user, DateTime? until) =>
        Execute(_hold, key, Bytes(user), until is { } end ? StoredTime.ToMilliseconds(end) : DBNull.Value);

    public void Free(string key) => Execute(_free, key);

    /// <summary>Remembers that a user signed out.</summary>
    /// <param name="user">Who.</param>
    /// <param name="until">For how long.</param>
    public void SignOut(Guid user, DateTime until) => Execute(_signOut, Bytes(user), StoredTime.ToMilliseconds(until));

    /// <summary>Forgets who was to be remembered up to a time.</summary>
    public void ForgetSignOuts(DateTime until) => Execute(_forgetSignOuts, StoredTime.ToMilliseconds(until));

    /// <summary>A small write that changes nothing: it fails as long as the database can't be written.</summary>
    public void Probe()
    {
        using var probe = _connection.CreateCommand();
        probe.CommandText = "PRAGMA user_version = 1";
        probe.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var command in new[] { _begin, _commit, _findRoom, _addRoom, _moveRoom, _insert, _findMessage, _hold, _free, _signOut, _forgetSignOuts }) command.Dispose();
        _connection.Dispose();
    }

    private Cursor Find(string room)
    {
        if (_cursors.TryGetValue(room, out var cursor)) return cursor;
        _findRoom.Parameters[0].Value = room;
        using (var row = _findRoom.ExecuteReader())
            if (row.Read()) cursor = new Cursor(row.GetInt64(0)) { LastNumber = row.GetInt64(1), LastPostedAt = row.IsDBNull(2) ? 0 : row.GetInt64(2) };
        if (cursor is null)
        {
            _addRoom.Parameters[0].Value = room;
            cursor = new Cursor((long)_addRoom.ExecuteScalar()!);
        }

        return _cursors[room] = cursor;
    }

    private AppendResult FindFirst(NewMessage message)
    {
        _findMessage.Parameters[0].Value = Bytes(message.Id);
        using var row = _findMessage.ExecuteReader();
        if (!row.Read()) throw new InvalidOperationException("A message's id is taken, but there is no such message.");
        var user = new Guid((byte[])row.GetValue(2), bigEndian: true);
        var first = new ChatMessage(row.GetString(0), row.GetInt64(1), message.Id, row.GetString(3), row.GetString(4), StoredTime.FromMilliseconds(row.GetInt64(5)));
        var isSame = user == message.User && first.Room == message.Room && first.Text == message.Text;
        return new AppendResult(first, IsDuplicate: isSame, IsIdReused: !isSame);
    }

    private SqliteCommand Prepare(string text, params string[] parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        foreach (var name in parameters) command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }

    private static int Execute(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command.ExecuteNonQuery();
    }

    private static byte[] Bytes(Guid guid) => guid.ToByteArray(bigEndian: true);

    private sealed class Cursor(long roomId)
    {
        public long RoomId { get; } = roomId;

        public long LastNumber { get; set; }

        public long LastPostedAt { get; set; }

        public bool HasMoved { get; set; }
    }
}
