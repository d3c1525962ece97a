using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Participation;

/// <summary>What the agency answered to what was said in public, and where that led.</summary>
public static class AnswerEndpoints
{
    public static void MapAnswers(this IEndpointRouteBuilder app)
    {
        var answers = app.MapGroup("/v1/agencies/{agency}/answers/{id:guid}").WithTags("Consultation").WithEtags();
        answers.MapGet("", Get).WithName("getAnswer").Allow(Who.Anyone, "initiatives:read");
        answers.MapPatch("", Lead).WithName("sayWhereItLed").Allow(Who.Staff, "initiatives:write");
    }

    static async Task<Ok<Answer>> Get(Guid id, Caller caller, Answers answers, CancellationToken ct) => TypedResults.Ok(await FindAsync(answers, caller, id, ct));

    /// <summary>Says where an answer led; nothing else of it can be changed.</summary>
    static async Task<Ok<Answer>> Lead(Guid id, IfMatch ifMatch, MergePatch<WriteLead> patch, Caller caller, Answers answers, CancellationToken ct)
    {
        var current = await FindAsync(answers, caller, id, ct);
        ifMatch.Check(current);
        var edited = patch.ApplyTo(new WriteLead { LedTo = WriteLedTo.Of(current.LedTo) });
        return TypedResults.Ok(await answers.LeadAsync(caller, current, edited.LedTo?.ToLedTo(), ct) ?? throw IfMatch.Changed());
    }

    static async Task<Answer> FindAsync(Answers answers, Caller caller, Guid id, CancellationToken ct) =>
        await answers.FindAsync(caller.Agency, id, ct) ?? throw Core.Platform.Problems.NotFound.Because($"There is no answer {id} here.");

    /// <summary>An answer.</summary>
    public record WriteAnswer
    {
        /// <summary>What is answered.</summary>
        [MaxLength(10_000)]
        public required Localized Text { get; init; }

        /// <summary>What follows.</summary>
        /// <example>accepted</example>
        public required Decision Decision { get; init; }

        /// <summary>Why.</summary>
        [MaxLength(5_000)]
        public required Localized Reason { get; init; }

        /// <summary>Where it led; it can be said later.</summary>
        public WriteLedTo? LedTo { get; init; }

        internal AnswerWanted ToAnswer(Agency home) => new(Text.In(home.Language), Decision, Reason.In(home.Language), LedTo?.ToLedTo());
    }

    /// <summary>Where an answer led.</summary>
    public sealed record WriteLead
    {
        /// <summary>To a service, a finding or an initiative.</summary>
        public WriteLedTo? LedTo { get; init; }
    }

    /// <summary>Where something led.</summary>
    public sealed record WriteLedTo
    {
        /// <summary>The key of a service.</summary>
        /// <example>street-lighting</example>
        [MaxLength(100)]
        public string? Service { get; init; }

        /// <summary>Its version that carries it.</summary>
        [Range(1, 1_000_000)]
        public int? Version { get; init; }

        /// <summary>A finding.</summary>
        public Guid? Insight { get; init; }

        /// <summary>The key of an initiative.</summary>
        [MaxLength(100)]
        public string? Initiative { get; init; }

        internal LedTo ToLedTo() => new(Service, Version, Insight, Initiative);

        internal static WriteLedTo? Of(LedTo? to) => to is null ? null : new() { Service = to.Service, Version = to.Version, Insight = to.Insight, Initiative = to.Initiative };
    }
}
