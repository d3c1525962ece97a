using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Results;

/// <summary>What an aggregation is asked to do.</summary>
/// <param name="Survey">The survey's key.</param>
/// <param name="Wave">The wave's id.</param>
/// <param name="Recount">Count every answer anew.</param>
public sealed record AggregationOrder(string Survey, Guid Wave, bool Recount);

/// <summary>A wave with results.</summary>
/// <param name="Survey">The survey's key.</param>
/// <param name="Title">What the survey is called.</param>
/// <param name="Wave">The wave's id.</param>
/// <param name="Name">The wave's.</param>
/// <param name="AsOf">When its answers were counted.</param>
public sealed record PublishedWave(string Survey, Localized Title, Guid Wave, string Name, DateTimeOffset AsOf);

/// <summary>A wave, as its results are asked for.</summary>
/// <param name="Id">The wave's id.</param>
/// <param name="SurveyId">The survey's.</param>
/// <param name="Survey">The survey's key.</param>
/// <param name="Title">What the survey is called.</param>
/// <param name="Name">The wave's.</param>
/// <param name="Anonymity">What was promised.</param>
/// <param name="Breakdowns">That the survey declares.</param>
/// <param name="Questions">That it asks.</param>
/// <param name="Embargoed">Results are not shown yet.</param>
/// <param name="HasMargins">There is something to weight by.</param>
/// <param name="Coarse">The agency's attributes of type code or boolean that are not sensitive.</param>
public sealed record WaveOfResults(
    Guid Id, Guid SurveyId, string Survey, Localized Title, string Name, Anonymity Anonymity, string[] Breakdowns, JsonList<SurveyQuestion> Questions, bool Embargoed, bool HasMargins, string[] Coarse)
{
    /// <summary>Whether results can be read by this.</summary>
    public bool CanBeReadBy(string breakdown) =>
        breakdown == Surveying.Survey.BySegment ? SurveyLabels.WithSegments(Anonymity, Breakdowns) : SurveyLabels.KeysOf(Anonymity, Breakdowns, Coarse).Contains(breakdown);
}

/// <summary>What is published, in the pieces that it is sent in.</summary>
public sealed class PublishedResults
{
    /// <summary>Of the publication, for the ETag; 0: there is nothing yet.</summary>
    public long Version { get; set; }

    /// <summary>Which edition; 0: none yet.</summary>
    public int Edition { get; set; }

    /// <summary>When its answers were counted.</summary>
    public DateTimeOffset? AsOf { get; set; }

    /// <summary>It could not be weighted.</summary>
    public bool Refused { get; set; }

    /// <summary>What stands above the questions: an object.</summary>
    public byte[]? Head { get; set; }

    /// <summary>The questions, each an object.</summary>
    public List<byte[]> Questions { get; } = [];
}
