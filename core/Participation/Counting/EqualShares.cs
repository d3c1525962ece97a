using Fractions;

namespace Cirm.Core.Participation.Counting;

/// <summary>
/// The method of equal shares (Peters, Pierczyński, Skowron, "Proportional participatory budgeting with additive utilities", 2021).
/// Every voter has the same endowment. A project can be bought when those who chose it have its cost; its rate is the least that
/// everybody has to pay a point, those who have less giving all they have. In each round the project with the least rate a unit
/// of utility is bought. Ties: the cheaper project, then the one with more votes, then the declared order.
/// </summary>
sealed class EqualShares
{
    /// <summary>A choice with its points looked up: <see cref="points"/> and <see cref="pointValues"/>.</summary>
    readonly record struct Supporter(int Ballot, int Points);

    readonly Election election;
    readonly Utility utility;
    readonly Fraction[] points; // the different numbers of points that a choice gives
    readonly double[] pointValues;
    readonly double[] costs;
    readonly double[] voters; // of each ballot
    readonly Supporter[][] supporters; // of each project
    readonly (int Project, double Bound)[] candidates; // with less than any rate that they can have

    public EqualShares(Election election, Utility utility)
    {
        (this.election, this.utility) = (election, utility);
        decimal[] values = [.. election.Ballots.SelectMany(b => b.Choices).Select(c => c.Points).Distinct().Order()];
        points = [.. values.Select(v => new Fraction(v))];
        pointValues = [.. values.Select(v => (double)v)];
        costs = [.. election.Projects.Select(p => p.Cost.Approximate())];
        voters = [.. election.Ballots.Select(b => (double)b.Voters)];
        var chosen = election.Ballots.Index().SelectMany(b => b.Item.Choices.Select(c => (c.Project, Supporter: new Supporter(b.Index, Array.BinarySearch(values, c.Points)))))
            .ToLookup(c => c.Project, c => c.Supporter);
        supporters = [.. election.Projects.Select((_, p) => chosen[p].ToArray())];
        candidates = [.. Enumerable.Range(0, election.Projects.Count).Where(election.IsEligible)
            .Select(p => (p, costs[p] / supporters[p].Sum(s => voters[s.Ballot] * pointValues[s.Points]) / UnitOf(p) * (1 - 1e-9)))];
    }

    /// <summary>What came of one endowment.</summary>
    /// <param name="Bought">Projects in the order in which they were bought, and what their supporters paid a point.</param>
    /// <param name="Money">What the supporters of each project have left.</param>
    public sealed record Result(IReadOnlyList<(int Project, double Rate)> Bought, Func<int, double> Money);

    /// <summary>Buys as long as anything can be bought.</summary>
    /// <param name="endowment">What every voter has to give.</param>
    public Result Run(Fraction endowment) => new Round(this, endowment).All();

    /// <summary>How much utility a point is.</summary>
    double UnitOf(int project) => utility == Utility.Cost && costs[project] > 0 ? costs[project] : 1;

    Fraction ExactUnitOf(int project) =>
        utility == Utility.Cost && election.Projects[project].Cost > Fraction.Zero ? election.Projects[project].Cost : Fraction.One;

    /// <summary>
    /// The state of one run. What voters have left is a double with a bound on its error, quick to reckon with; where a decision
    /// hangs on less than that, it is made on fractions (a filtered predicate: Fortune and Van Wyk 1996; Shewchuk 1997).
    /// </summary>
    sealed class Round
    {
        const double Rounding = 1.0 / (1L << 51); // more than what one operation on doubles loses, relative to its result
        const int Never = int.MaxValue;

        readonly EqualShares of;
        readonly Fraction endowment;
        readonly double[] left; // to each voter of a ballot
        readonly double[] doubt; // bounds how far that is off
        readonly int[] emptied; // in which round a ballot's voters gave all they had
        readonly int[] boughtIn; // the round in which a project was bought
        readonly List<(int Project, double Rate)> bought = [];
        readonly List<Fraction?> exactRates = [];

        public Round(EqualShares of, Fraction endowment)
        {
            (this.of, this.endowment) = (of, endowment);
            left = new double[of.voters.Length];
            doubt = new double[left.Length];
            emptied = new int[left.Length];
            boughtIn = new int[of.supporters.Length];
            var each = endowment.Approximate();
            Array.Fill(left, each);
            Array.Fill(doubt, each * Rounding);
            Array.Fill(emptied, Never);
            Array.Fill(boughtIn, Never);
        }

        public Result All()
        {
            // Voters only get poorer, so a rate only grows: what it was is a bound, and only projects below the best rate are looked at again.
            var waiting = new PriorityQueue<int, double>(of.candidates.Select(c => (c.Project, c.Bound)));
            var offers = new List<Offer>();
            while (true)
            {
                offers.Clear();
                var limit = double.PositiveInfinity;
                while (waiting.TryPeek(out var project, out var bound) && bound <= limit)
                {
                    waiting.Dequeue();
                    if (OfferFor(project) is not { } offer) continue; // its supporters will never have enough again
                    offers.Add(offer);
                    limit = Math.Min(limit, offer.Highest);
                }
                if (offers.Count == 0) return new(bought, MoneyOf);
                var best = Best(offers, limit);
                foreach (var offer in offers)
                    if (offer.Project != best.Project) waiting.Enqueue(offer.Project, offer.Lowest);
                Buy(best);
            }
        }

        /// <summary>What a project would cost its supporters now; null when they do not have its cost.</summary>
        Offer? OfferFor(int project)
        {
            var (cost, supporters) = (of.costs[project], of.supporters[project]);
            var (money, off, open) = (0.0, 0.0, 0.0);
            foreach (var (ballot, pointsOf) in supporters)
            {
                if (left[ballot] == 0) continue;
                money += of.voters[ballot] * left[ballot];
                off += of.voters[ballot] * doubt[ballot];
                open += of.voters[ballot] * of.pointValues[pointsOf];
            }
            var lost = supporters.Length * Rounding;
            off += lost * (cost + money);
            if (money + off < cost) return null;
            if (money - off <= cost && ExactMoney(project) < of.election.Projects[project].Cost) return null;

            // First as if all could pay the same; who cannot gives all they have, which raises the rate for the others: until it stays.
            var (rate, poorOff) = (cost / open, 0.0);
            for (var before = -1.0; rate > before;)
            {
                before = rate;
                var rest = cost;
                (open, poorOff) = (0.0, 0.0);
                foreach (var (ballot, pointsOf) in supporters)
                {
                    var (has, value) = (left[ballot], of.pointValues[pointsOf]);
                    if (has < rate * value)
                    {
                        rest -= of.voters[ballot] * has;
                        poorOff += of.voters[ballot] * doubt[ballot];
                    }
                    else
                    {
                        open += of.voters[ballot] * value;
                    }
                }
                rate = open > 0 ? Math.Max(rest / open, before) : double.PositiveInfinity;
            }
            // Who is taken for poor and is not, or the other way round, is so by no more than their doubt: it stands in "off" already.
            var error = 4 * (poorOff + off / 16 + lost * (cost + money)) / open + rate * lost;
            if (!(error < rate * 1e-7))
            {
                var exact = ExactRate(project).Approximate();
                (rate, error) = (exact, exact * Rounding);
            }
            var unit = of.UnitOf(project);
            return new(project, rate, error, (rate - error) / unit * (1 - Rounding), (rate + error) / unit * (1 + Rounding));
        }

        /// <summary>The offer with the least rate a unit of utility; on fractions where roundings could decide, and by the declared order of ties.</summary>
        Offer Best(List<Offer> offers, double limit)
        {
            var close = offers.FindAll(o => o.Lowest <= limit);
            if (close.Count == 1) return close[0];
            return close.OrderBy(o => ExactRate(o.Project) / of.ExactUnitOf(o.Project))
                .ThenBy(o => of.election.Projects[o.Project].Cost)
                .ThenByDescending(o => of.election.Votes[o.Project])
                .ThenBy(o => o.Project)
                .First();
        }

        void Buy(Offer offer)
        {
            var round = bought.Count;
            var exact = of.supporters[offer.Project].Any(s => left[s.Ballot] != 0 && IsDoubtful(AfterPaying(offer, s))) ? ExactRate(offer.Project) : (Fraction?)null;
            foreach (var supporter in of.supporters[offer.Project])
            {
                var ballot = supporter.Ballot;
                if (left[ballot] == 0) continue;
                var (rest, off) = AfterPaying(offer, supporter);
                if (IsDoubtful((rest, off)))
                {
                    var exactRest = ExactLeft(ballot) - exact!.Value * of.points[supporter.Points];
                    (rest, off) = exactRest > Fraction.Zero ? (exactRest.Approximate(), exactRest.Approximate() * Rounding) : (0.0, 0.0);
                }
                if (rest <= 0) (rest, off, emptied[ballot]) = (0.0, 0.0, round);
                (left[ballot], doubt[ballot]) = (rest, off);
            }
            bought.Add((offer.Project, offer.Rate));
            exactRates.Add(exact);
            boughtIn[offer.Project] = round;
        }

        (double Left, double Off) AfterPaying(Offer offer, Supporter supporter)
        {
            var (has, value) = (left[supporter.Ballot], of.pointValues[supporter.Points]);
            var paid = offer.Rate * value;
            return (has - paid, doubt[supporter.Ballot] + offer.Error * value + (has + paid) * Rounding);
        }

        static bool IsDoubtful((double Left, double Off) after) => Math.Abs(after.Left) <= after.Off;

        double MoneyOf(int project) => of.supporters[project].Sum(s => of.voters[s.Ballot] * left[s.Ballot]);

        // ------------------------------------------------------------ without rounding

        /// <summary>What a voter of a ballot has left: nothing, or the endowment less what they paid in each round.</summary>
        Fraction ExactLeft(int ballot) => emptied[ballot] != Never ? Fraction.Zero : Sum([ballot], bought.Count);

        Fraction ExactMoney(int project) => Sum([.. of.supporters[project].Select(s => s.Ballot).Where(b => emptied[b] == Never)], bought.Count);

        /// <summary>What the voters of some ballots had together before a round, none of them having given all by then.</summary>
        Fraction Sum(IReadOnlyCollection<int> ballots, int round)
        {
            var (people, paid) = (0L, new SortedDictionary<int, decimal>());
            foreach (var ballot in ballots)
            {
                var (choices, number) = (of.election.Ballots[ballot].Choices, of.election.Ballots[ballot].Voters);
                people += number;
                foreach (var choice in choices)
                    if (boughtIn[choice.Project] < round) paid[boughtIn[choice.Project]] = paid.GetValueOrDefault(boughtIn[choice.Project]) + choice.Points * number;
            }
            return paid.Aggregate(endowment * people, (rest, p) => rest - RateOf(p.Key) * new Fraction(p.Value));
        }

        /// <summary>What was paid a point in a round that is over: those who were emptied in it gave all they had.</summary>
        Fraction RateOf(int round)
        {
            if (exactRates[round] is { } known) return known;
            var project = bought[round].Project;
            var poor = of.supporters[project].Where(s => emptied[s.Ballot] == round).Select(s => s.Ballot).ToList();
            var open = of.supporters[project].Where(s => emptied[s.Ballot] > round)
                .Aggregate(Fraction.Zero, (sum, s) => sum + of.points[s.Points] * of.election.Ballots[s.Ballot].Voters);
            // When nobody kept anything, all gave all; no later round asks for this rate, as nobody is left who paid it.
            var rate = open > Fraction.Zero ? (of.election.Projects[project].Cost - Sum(poor, round)) / open : Fraction.Zero;
            exactRates[round] = rate;
            return rate;
        }

        /// <summary>The rate of a project that could be bought now. Who is poor is known but for those whose doubt is larger than the difference.</summary>
        Fraction ExactRate(int project)
        {
            var open = of.supporters[project].Where(s => emptied[s.Ballot] == Never)
                .Select(s => (s.Ballot, Points: of.points[s.Points], Ratio: ExactRatio(s))).OrderBy(s => s.Ratio).ToList();
            var weight = open.Aggregate(Fraction.Zero, (sum, s) => sum + s.Points * of.election.Ballots[s.Ballot].Voters);
            var rest = of.election.Projects[project].Cost;
            foreach (var (ballot, pointsOf, ratio) in open)
            {
                if (ratio * weight >= rest) return rest / weight;
                var number = of.election.Ballots[ballot].Voters;
                rest -= ratio * pointsOf * number;
                weight -= pointsOf * number;
            }
            throw new InvalidOperationException("Supporters who have the cost of a project have a rate for it.");
        }

        Fraction ExactRatio(Supporter supporter) => ExactLeft(supporter.Ballot) / of.points[supporter.Points];
    }

    /// <summary>What a project would cost its supporters.</summary>
    /// <param name="Rate">A point, at most <paramref name="Error"/> off.</param>
    /// <param name="Lowest">A unit of utility, at least.</param>
    /// <param name="Highest">A unit of utility, at most.</param>
    readonly record struct Offer(int Project, double Rate, double Error, double Lowest, double Highest);
}
