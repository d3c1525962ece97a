using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;

namespace Cirm.Core.Insight.Surveying;

/// <summary>An answer on its way, as it lies sealed in the inbox.</summary>
/// <param name="Answers">As they are kept.</param>
/// <param name="Labels">The values of the breakdowns.</param>
/// <param name="Segments">The ids of the segments, sixteen bytes each; null when they are not to be known.</param>
/// <param name="Assisted">Entered by staff.</param>
/// <param name="Channel">By what it came.</param>
/// <param name="Citizen">Of a confidential survey only.</param>
public sealed record SealedAnswer(
    [property: JsonPropertyName("a")] IReadOnlyDictionary<string, JsonElement> Answers, [property: JsonPropertyName("l")] IReadOnlyDictionary<string, string> Labels,
    [property: JsonPropertyName("s")] byte[]? Segments, [property: JsonPropertyName("h")] bool Assisted, [property: JsonPropertyName("c")] Channel Channel,
    [property: JsonPropertyName("z")] Guid? Citizen);

/// <summary>
/// What the database must not be able to do: tell who has answered, read an answer that waits, make an invitation's code. All of it hangs on
/// the installation's secret, which the database does not have (docs/adr/0018-anonymous-surveys.md).
/// </summary>
public sealed class SurveySecrets(Databases databases)
{
    const int Nonce = 12, Tag = 16, Length = 4, Granule = 256;
    const int ForSegments = 64 * 16 * 4 / 3, ForLabel = 120, ForTheRest = 200;

    // No character but what JSON asks for is escaped: the longest answer is known beforehand.
    static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    readonly byte[] secret = Encoding.UTF8.GetBytes(databases.SecretFor("surveys"));

    /// <summary>How a citizen stands in the register of a wave.</summary>
    public byte[] ParticipantOf(Guid agency, Guid wave, Guid citizen) => HMACSHA256.HashData(KeyOf("register", agency, wave), citizen.ToByteArray(bigEndian: true));

    /// <summary>How a code that belongs to no citizen stands in the register of a wave.</summary>
    public byte[] ParticipantOfCode(Guid agency, Guid wave, byte[] codeHash) => HMACSHA256.HashData(KeyOf("register", agency, wave), codeHash);

    /// <summary>
    /// What a repeated request has to agree with: an HMAC under a key that hangs on the client's own Idempotency-Key as well, so that nobody
    /// finds out by trying which answers it stands for.
    /// </summary>
    public byte[] RequestHash(Guid agency, byte[] keyHash, ReadOnlySpan<byte> body) => HMACSHA256.HashData(HKDF.Expand(HashAlgorithmName.SHA256, [.. KeyOf("request", agency, default), .. keyHash], 32), body);

    /// <summary>The code of an invitation; the same every time.</summary>
    public string CodeOf(Guid agency, Guid wave, Guid invitation)
    {
        const string alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // as tracking codes have it
        var bits = HMACSHA256.HashData(KeyOf("code", agency, wave), invitation.ToByteArray(bigEndian: true));
        return string.Create(19, bits, (letters, from) =>
        {
            for (int i = 0, b = 0; i < letters.Length; i++) letters[i] = i % 5 == 4 ? '-' : alphabet[from[b++] & 31];
        });
    }

    /// <summary>What a code is found by.</summary>
    public static byte[] HashOfCode(string typed) => TrackingCode.HashOf(typed);

    /// <summary>A handle for one answer to one question: it cannot be led to the handle of another answer of the same person.</summary>
    public Guid HandleOf(Guid agency, Guid wave, string question, Guid response)
    {
        using var handles = Handles(agency, wave, question);
        return new(handles.EncryptEcb(response.ToByteArray(), PaddingMode.None));
    }

    /// <summary>The response that a handle stands for.</summary>
    public Guid ResponseOf(Guid agency, Guid wave, string question, Guid handle)
    {
        using var handles = Handles(agency, wave, question);
        return new(handles.DecryptEcb(handle.ToByteArray(), PaddingMode.None));
    }

    /// <summary>By what the texts of a question are put into an order that says nothing: each question has its own.</summary>
    public byte[] OrderOf(Guid agency, Guid wave, string question) => HMACSHA256.HashData(KeyOf("order", agency, wave), Encoding.UTF8.GetBytes(question));

    /// <summary>Encrypts an answer for the inbox of its wave (AES-256-GCM, key by HKDF), as long as any other of this survey.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="wave">Which wave; the answer opens nowhere else.</param>
    /// <param name="id">Of the row; likewise.</param>
    /// <param name="answer">What is sealed.</param>
    /// <param name="capacity">Of <see cref="CapacityOf"/>.</param>
    public byte[] Seal(Guid agency, Guid wave, Guid id, SealedAnswer answer, int capacity)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(answer, Json);
        while (capacity < json.Length + Length) capacity *= 2; // somebody in more segments than we allow for
        var plain = new byte[capacity];
        BinaryPrimitives.WriteInt32BigEndian(plain, json.Length);
        json.CopyTo(plain, Length);
        var sealedAnswer = new byte[Nonce + Tag + capacity];
        RandomNumberGenerator.Fill(sealedAnswer.AsSpan(0, Nonce));
        using var aes = new AesGcm(KeyOf("inbox", agency, wave), Tag);
        aes.Encrypt(sealedAnswer.AsSpan(0, Nonce), plain, sealedAnswer.AsSpan(Nonce + Tag), sealedAnswer.AsSpan(Nonce, Tag), id.ToByteArray());
        return sealedAnswer;
    }

    /// <summary>Opens what <see cref="Seal"/> closed.</summary>
    /// <exception cref="AuthenticationTagMismatchException">It was changed, or the installation's secret was.</exception>
    public SealedAnswer Open(Guid agency, Guid wave, Guid id, byte[] sealedAnswer)
    {
        var plain = new byte[sealedAnswer.Length - Nonce - Tag];
        using var aes = new AesGcm(KeyOf("inbox", agency, wave), Tag);
        aes.Decrypt(sealedAnswer.AsSpan(0, Nonce), sealedAnswer.AsSpan(Nonce + Tag), sealedAnswer.AsSpan(Nonce, Tag), plain, id.ToByteArray());
        return JsonSerializer.Deserialize<SealedAnswer>(plain.AsSpan(Length, BinaryPrimitives.ReadInt32BigEndian(plain)), Json)!;
    }

    /// <summary>How long an answer to a survey is when it is sealed, in bytes before encryption.</summary>
    /// <param name="questions">Of the survey.</param>
    /// <param name="labels">How many labels stand with it.</param>
    public static int CapacityOf(IReadOnlyList<SurveyQuestion> questions, int labels) =>
        (Length + SurveyQuestions.LongestAnswers(questions) + labels * ForLabel + ForSegments + ForTheRest + Granule - 1) / Granule * Granule;

    Aes Handles(Guid agency, Guid wave, string question)
    {
        var aes = Aes.Create();
        aes.Key = HMACSHA256.HashData(KeyOf("handle", agency, wave), Encoding.UTF8.GetBytes(question));
        return aes; // one block with a key of its own: a permutation, nothing more is asked of it
    }

    byte[] KeyOf(string purpose, Guid agency, Guid wave) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: [.. Encoding.UTF8.GetBytes(purpose), 0, .. agency.ToByteArray(bigEndian: true), .. wave.ToByteArray(bigEndian: true)]);
}
