using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Open311;

namespace Cirm.Tests.Open311;

/// <summary>The one table between our life cycle and Open311's states.</summary>
public sealed class StateTests
{
    [Fact]
    public void Every_status_and_outcome_has_a_state_and_only_fixed_claims_that_it_was_put_right()
    {
        foreach (var status in Enum.GetValues<CaseStatus>())
        {
            foreach (var outcome in Enum.GetValues<CaseOutcome>().Select(o => (CaseOutcome?)o).Append(null))
            {
                var (basic, extended) = (Open311States.Of(status, outcome, false), Open311States.Of(status, outcome, true));
                Assert.Equal(status.IsOver() ? Open311State.Closed : Open311State.Open, basic);
                Assert.Equal(status.IsOver() && outcome == CaseOutcome.Fixed, extended == Open311State.Fixed);
                // No client takes for over what is not, or the other way round.
                Assert.Equal(status.IsOver(), extended is Open311State.Closed or Open311State.Fixed or Open311State.Duplicate or Open311State.NotCouncilsResponsibility or Open311State.NoFurtherAction);
            }
        }
        Assert.Equal("open investigating in_progress closed no_further_action closed open", string.Join(' ', Enum.GetValues<CaseStatus>().Select(s => Open311States.Of(s, null, true).Spelled())));
        Assert.Equal("fixed closed closed not_councils_responsibility no_further_action duplicate no_further_action no_further_action closed",
            string.Join(' ', Enum.GetValues<CaseOutcome>().Select(o => Open311States.Of(CaseStatus.Closed, o, true).Spelled())));
    }

    [Fact]
    public void From_every_status_every_state_leads_along_the_life_cycle_and_never_through_an_end()
    {
        foreach (var from in Enum.GetValues<CaseStatus>())
        {
            foreach (var state in Enum.GetValues<Open311State>())
            {
                if (Open311States.WantedBy(state) is not { } wanted) continue;
                var way = Open311States.WayTo(from, wanted.To);
                var at = from;
                foreach (var (i, step) in way.Index())
                {
                    Assert.Contains(step, LifeCycle.After(at, StepBy.Agency));
                    Assert.True(i == way.Count - 1 || !step.IsOver(), $"{from} goes to {wanted.To} by {string.Join(", ", way)}");
                    at = step;
                }
                if (way.Count > 0) Assert.Equal(wanted.To, at);
                if (from.IsOver() && wanted.To.IsOver()) Assert.Empty(way); // an end is not changed into another one by a message
            }
        }
        Assert.Equal([CaseStatus.Accepted, CaseStatus.InProgress, CaseStatus.Resolved], Open311States.WayTo(CaseStatus.Submitted, CaseStatus.Resolved));
        Assert.Equal([CaseStatus.Reopened, CaseStatus.InProgress], Open311States.WayTo(CaseStatus.Closed, CaseStatus.InProgress));
        Assert.Empty(Open311States.WayTo(CaseStatus.InProgress, CaseStatus.Accepted));
        Assert.Empty(Open311States.WayTo(CaseStatus.Submitted, CaseStatus.Reopened));
    }

    [Theory]
    [InlineData("OPEN", Open311State.Open)]
    [InlineData("in progress", Open311State.InProgress)]
    [InlineData("NOT_COUNCILS_RESPONSIBILITY", Open311State.NotCouncilsResponsibility)]
    [InlineData("No-Further-Action", Open311State.NoFurtherAction)]
    [InlineData("for_triage", Open311State.ForTriage)]
    [InlineData("referred_to_veolia_streets", null)]
    public void States_are_read_as_clients_write_them(string text, Open311State? state) => Assert.Equal(state, Open311States.Read(text));
}
