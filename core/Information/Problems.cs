using Cirm.Core.Platform;

namespace Cirm.Core.Information;

/// <summary>What information can refuse.</summary>
public static class Problems
{
    /// <summary>A service with this key is there.</summary>
    public static readonly Problem ServiceTaken = new("service-taken", 409, "A service with this key is there already.", "Make its next version, or use another key.");

    /// <summary>A draft is being written already.</summary>
    public static readonly Problem DraftExists = new("draft-exists", 409, "There is a draft already.", "Change or publish that draft first.");

    /// <summary>Only drafts are published.</summary>
    public static readonly Problem NotADraft = new("not-a-draft", 409, "This version is not a draft.", "Make the next version and publish that.");

    /// <summary>A text with this key is there.</summary>
    public static readonly Problem ArticleTaken = new("article-taken", 409, "An article or a notice with this key is there already.", "Make its next version, or use another key.");

    /// <summary>An organisation with this key is there.</summary>
    public static readonly Problem OrganisationTaken = new("organisation-taken", 409, "An organisation with this key is there already.", "Change that organisation, or use another key.");

    /// <summary>A unit with this key is there.</summary>
    public static readonly Problem UnitTaken = new("unit-taken", 409, "A unit with this key is there already.", "Change that unit, or use another key.");

    /// <summary>A unit cannot be above itself.</summary>
    public static readonly Problem UnitInCircle = new("unit-in-circle", 409, "A unit cannot belong to itself or to what belongs to it.", "Choose a parent outside of it.");

    /// <summary>The member belongs to the unit.</summary>
    public static readonly Problem AlreadyInUnit = new("already-in-unit", 409, "This member belongs to that unit already.", "Change the function that they have there.");
}
