using System.Reflection;
using System.Text;
using System.Text.Json;
using MessagePack;
using MessagePack.Formatters;

namespace RealtimeHello.Server.Chat.Wire;

/// <summary>
/// A positional record as a map whose keys are its property names in camelCase, the same names as in JSON. Written by
/// hand because MessagePack's attributes would have to stand in Contracts, which knows nobody.
/// </summary>
internal sealed class RecordFormatter<T> : IMessagePackFormatter<T?>
    where T : class
{
    private readonly ConstructorInfo _constructor;
    private readonly Property[] _properties;

    public RecordFormatter()
    {
        _constructor = typeof(T).GetConstructors().Single();
        _properties = [.. _constructor.GetParameters().Select(Property.Make)];
    }

    public void Serialize(ref MessagePackWriter writer, T? value, MessagePackSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteMapHeader(_properties.Length);
        foreach (var property in _properties)
        {
            writer.WriteString(property.Key);
            property.Write(ref writer, value, options);
        }
    }

    public T? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.TryReadNil()) return null;
        var values = new object?[_properties.Length];
        options.Security.DepthStep(ref reader);
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            var key = reader.ReadString();
            var index = Array.FindIndex(_properties, property => property.Name == key);
            if (index < 0) reader.Skip();
            else values[index] = _properties[index].Read(ref reader, options);
        }

        reader.Depth--;
        return (T)_constructor.Invoke(values);
    }

    private abstract class Property(string name)
    {
        public string Name { get; } = name;

        public byte[] Key { get; } = Encoding.UTF8.GetBytes(name);

        public static Property Make(ParameterInfo parameter)
        {
            var get = typeof(T).GetProperty(parameter.Name!)!.GetMethod!;
            var type = typeof(Property<>).MakeGenericType(typeof(T), parameter.ParameterType);
            return (Property)Activator.CreateInstance(type, JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!), get)!;
        }

        public abstract void Write(ref MessagePackWriter writer, T record, MessagePackSerializerOptions options);

        public abstract object? Read(ref MessagePackReader reader, MessagePackSerializerOptions options);
    }

    private sealed class Property<TValue>(string name, MethodInfo get) : Property(name)
    {
        private readonly Func<T, TValue> _get = get.CreateDelegate<Func<T, TValue>>();

        public override void Write(ref MessagePackWriter writer, T record, MessagePackSerializerOptions options) =>
            options.Resolver.GetFormatterWithVerify<TValue>().Serialize(ref writer, _get(record), options);

        public override object? Read(ref MessagePackReader reader, MessagePackSerializerOptions options) =>
            options.Resolver.GetFormatterWithVerify<TValue>().Deserialize(ref reader, options);
    }
}
