using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Identity.Problems;

namespace Cirm.Api.Identity;

/// <summary>What an agency keeps about its citizens, declared with its purpose: any member reads it, admins write.</summary>
public static class AttributeEndpoints
{
    public static void MapAttributes(this IEndpointRouteBuilder app)
    {
        var attributes = app.MapGroup("/v1/agencies/{agency}/attributes").WithTags("Citizens").WithEtags();
        attributes.MapPost("", Declare).WithName("declareAttribute").Allow(Who.Admin, "attributes:write").Refuses(Problems.AttributeTaken);
        attributes.MapGet("", List).WithName("listAttributes").Allow(Who.Members, "attributes:read");
        attributes.MapGet("/{key}", Get).WithName("getAttribute").Allow(Who.Members, "attributes:read");
        attributes.MapPatch("/{key}", Change).WithName("changeAttribute").Allow(Who.Admin, "attributes:write");
    }

    static async Task<Created<AttributeDeclaration>> Declare(Body<NewAttributeDeclaration> body, Caller caller, Agency home, Attributes attributes, CancellationToken ct)
    {
        var wanted = body.Value;
        CheckValues(wanted.Type, wanted.Values);
        var declared = await attributes.DeclareAsync(
            caller, wanted.Key, wanted.Name.In(home.Language), wanted.Type, wanted.Values, wanted.Purpose, wanted.Sensitive, wanted.Commercial, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/attributes/{declared.Key}", declared);
    }

    static async Task<Ok<Page<AttributeDeclaration>>> List([AsParameters] PageRequest page, Caller caller, Attributes attributes, HttpContext http, CancellationToken ct)
    {
        var found = await attributes.ListAsync(caller.Agency, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, a => PageRequest.After(a.Key)));
    }

    static async Task<Ok<AttributeDeclaration>> Get(string key, Caller caller, Attributes attributes, CancellationToken ct) =>
        TypedResults.Ok(await FindAsync(attributes, caller, key, ct));

    static async Task<Ok<AttributeDeclaration>> Change(
        string key, IfMatch ifMatch, MergePatch<AttributeEdit> patch, Caller caller, Agency home, Attributes attributes, CancellationToken ct)
    {
        var current = await FindAsync(attributes, caller, key, ct);
        ifMatch.Check(current);
        var edited = patch.ApplyTo(new() { Name = current.Name, Values = current.Values, Purpose = current.Purpose });
        CheckValues(current.Type, edited.Values);
        if (current.Values?.Except(edited.Values ?? []).FirstOrDefault() is { } missing)
            throw Core.Platform.Problems.InvalidValue("/values", "missing", $"\"{missing}\" may be what a citizen has: values can only be added.");
        return TypedResults.Ok(await attributes.ChangeAsync(
            caller, current with { Name = edited.Name.In(home.Language), Values = edited.Values, Purpose = edited.Purpose }, ct) ?? throw IfMatch.Changed());
    }

    static async Task<AttributeDeclaration> FindAsync(Attributes attributes, Caller caller, string key, CancellationToken ct) =>
        (BodyValidator.IsClean(key) ? await attributes.FindAsync(caller.Agency, key, ct) : null)
        ?? throw Core.Platform.Problems.NotFound.Because("There is no such attribute here.");

    static void CheckValues(AttributeType type, string[]? values)
    {
        var errors = new List<ValidationError>();
        if (type == AttributeType.Code && values is not { Length: > 0 }) errors.Add(new("/values", "required", "A code needs the values that it can have."));
        if (type != AttributeType.Code && values is not null) errors.Add(new("/values", "not-allowed", "Only a code has declared values."));
        foreach (var (index, value) in (values ?? []).Index())
        {
            if (value.Length is 0 or > 100 || string.IsNullOrWhiteSpace(value)) errors.Add(new($"/values/{index}", "length", "A value has 1 to 100 characters."));
            else if (Array.IndexOf(values!, value) < index) errors.Add(new($"/values/{index}", "duplicate", "This value is there already."));
        }
        if (errors.Count > 0) throw Core.Platform.Problems.InvalidInput(errors);
    }

    /// <summary>An attribute to declare.</summary>
    public sealed record NewAttributeDeclaration
    {
        /// <summary>Its word in rules, files and breakdowns.</summary>
        /// <example>ageGroup</example>
        [RegularExpression("^[a-z][A-Za-z0-9_-]{0,62}$", ErrorMessage = "A key is 1 to 63 letters, digits, - and _, beginning with a small letter.")]
        public required string Key { get; init; }

        /// <summary>What people call it.</summary>
        [MaxLength(200)]
        public required Localized Name { get; init; }

        /// <summary>What its values look like.</summary>
        /// <example>code</example>
        public required AttributeType Type { get; init; }

        /// <summary>The values of a code.</summary>
        /// <example>["18-24", "25-34", "35-49", "50-64", "65+"]</example>
        [MinLength(1), MaxLength(1000)]
        public string[]? Values { get; init; }

        /// <summary>Why the agency keeps it: what it does for citizens.</summary>
        /// <example>To see whether every age is served equally well.</example>
        [MinLength(1), MaxLength(1000)]
        public required string Purpose { get; init; }

        /// <summary>Needs more care than others.</summary>
        public bool Sensitive { get; init; }

        /// <summary>Tells revenue, consumption or commercial value: no segment may rest on it. So it is too when key, name or purpose say so.</summary>
        public bool Commercial { get; init; }
    }

    /// <summary>What of an attribute can be changed.</summary>
    public sealed record AttributeEdit
    {
        /// <summary>What people call it.</summary>
        [MaxLength(200)]
        public required Localized Name { get; init; }

        /// <summary>The values of a code; those that are there stay.</summary>
        [MinLength(1), MaxLength(1000)]
        public string[]? Values { get; init; }

        /// <summary>Why the agency keeps it.</summary>
        [MinLength(1), MaxLength(1000)]
        public required string Purpose { get; init; }
    }
}
