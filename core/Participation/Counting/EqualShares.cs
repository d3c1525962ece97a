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
    readonly decimal[] points; // the different numbers of points that a choice gives
    readonly double[] pointValues;
    readonly Twofold[] precisePoints;
    readonly double[] costs;
    readonly Twofold[] preciseCosts;
    readonly double[] voters; // of each ballot
    readonly Supporter[][] supporters; // of each project
    readonly (Purse Purse, double Value)[] payers; // of the project that is looked at; there is one run at a time
    readonly (int Project, double Bound)[] candidates; // with less than any rate that they can have

    public EqualShares(Election election, Utility utility)
    {
        (this.election, this.utility) = (election, utility);
        decimal[] values = [.. election.Ballots.SelectMany(b => b.Choices).Select(c => c.Points).Distinct().Order()];
        points = values;
        pointValues = [.. values.Select(v => (double)v)];
        precisePoints = [.. values.Select(v => Twofold.Of(new(v)))];
        preciseCosts = [.. election.Projects.Select(p => Twofold.Of(p.Cost))];
        costs = [.. preciseCosts.Select(c => c.High)];
        voters = [.. election.Ballots.Select(b => (double)b.Voters)];
        var chosen = election.Ballots.Index().SelectMany(b => b.Item.Choices.Select(c => (c.Project, Supporter: new Supporter(b.Index, Array.BinarySearch(values, c.Points)))))
            .ToLookup(c => c.Project, c => c.Supporter);
        supporters = [.. election.Projects.Select((_, p) => chosen[p].ToArray())];
        payers = new (Purse, double)[supporters.Select(s => s.Length).DefaultIfEmpty().Max()];
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
    /// The state of one run. Offers are compared on doubles with a bound on their error, which is quick; what is bought is paid, and what is close
    /// decided, on twofold numbers; where even that does not decide, fractions do (filtered predicates: Fortune and Van Wyk 1996; Shewchuk 1997).
    /// The bound of what voters have left grows by a factor in every round: on doubles alone it would use up their digits within a hundred rounds,
    /// and a fraction of a late round takes a second.
    /// </summary>
    sealed class Round
    {
        const double Rounding = 1.0 / (1L << 51); // more than what one operation on doubles loses, relative to its result
        const double Vague = 1e-7; // a bound that is larger than this, relative to the rate, is made smaller
        const int Never = int.MaxValue;

        readonly EqualShares of;
        readonly Fraction endowment;
        readonly Purse[] purses; // by ballot
        readonly int[] emptied; // in which round a ballot's voters gave all they had
        readonly int[] boughtIn; // the round in which a project was bought
        readonly List<(int Project, double Rate)> bought = [];
        readonly List<Fraction?> exactRates = [];
        readonly List<Supporter> unsure = [];

        public Round(EqualShares of, Fraction endowment)
        {
            (this.of, this.endowment) = (of, endowment);
            purses = new Purse[of.voters.Length];
            emptied = new int[purses.Length];
            boughtIn = new int[of.supporters.Length];
            var each = Twofold.Of(endowment);
            for (var ballot = 0; ballot < purses.Length; ballot++) purses[ballot] = new(of.voters[ballot], each.High, each.Low, each.High * Twofold.Rounding);
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
            var (money, off, open, count) = (0.0, 0.0, 0.0, 0);
            foreach (var (ballot, pointsOf) in supporters)
            {
                ref readonly var purse = ref purses[ballot];
                if (purse.Left == 0) continue;
                money += purse.Voters * purse.Left;
                off += purse.Voters * purse.Doubt;
                open += purse.Voters * of.pointValues[pointsOf];
                of.payers[count++] = (purse, of.pointValues[pointsOf]);
            }
            var lost = (supporters.Length + 4) * Rounding;
            off += lost * (cost + money);
            if (money + off < cost) return null;
            if (money - off <= cost && !CanPay(project)) return null;

            // First as if all could pay the same; who cannot gives all they have, which raises the rate for the others: until it stays.
            var (rate, rest, poorOff) = (cost / open, cost, 0.0);
            for (var before = -1.0; rate > before;)
            {
                before = rate;
                var (still, stillOpen) = (0, 0.0);
                foreach (ref readonly var payer in of.payers.AsSpan(0, count))
                {
                    if (payer.Purse.Left < rate * payer.Value)
                    {
                        rest -= payer.Purse.Voters * payer.Purse.Left;
                        poorOff += payer.Purse.Voters * payer.Purse.Doubt;
                    }
                    else
                    {
                        stillOpen += payer.Purse.Voters * payer.Value;
                        of.payers[still++] = payer;
                    }
                }
                (count, open) = (still, stillOpen);
                rate = open > 0 ? Math.Max(rest / open, before) : double.PositiveInfinity;
            }
            // Who is taken for poor and is not, or the other way round, is so by no more than their doubt: it stands in "off" already.
            var error = 4 * (poorOff + off / 16 + lost * (cost + money)) / open + rate * lost;
            if (!(error < rate * Vague))
            {
                var precise = PreciseRate(project, rate, error);
                (rate, error) = (precise.Rate.High, precise.Error + rate * Rounding);
            }
            var unit = of.UnitOf(project);
            return new(project, rate, error, (rate - error) / unit * (1 - Rounding), (rate + error) / unit * (1 + Rounding));
        }

        /// <summary>The offer with the least rate a unit of utility; where twofold numbers do not decide, on fractions and by the declared order of ties.</summary>
        Offer Best(List<Offer> offers, double limit)
        {
            var close = offers.FindAll(o => o.Lowest <= limit);
            if (close.Count == 1) return close[0];
            var precise = close.Select(o => (Offer: o, Rate: PreciseRate(o.Project, o.Rate, o.Error), Unit: of.utility == Utility.Cost && of.costs[o.Project] > 0 ? of.preciseCosts[o.Project] : 1))
                .Select(o => (o.Offer, Rate: o.Rate.Rate / o.Unit, Off: (o.Rate.Error + o.Rate.Rate.High * 4 * Twofold.Rounding) / o.Unit.High)).ToList();
            var highest = precise.Select(o => o.Rate + o.Off).Aggregate((least, o) => o < least ? o : least);
            var closest = precise.FindAll(o => !(o.Rate - o.Off > highest)).ConvertAll(o => o.Offer);
            if (closest.Count == 1) return closest[0];
            return closest.OrderBy(o => ExactRate(o.Project, o.Rate, o.Error) / of.ExactUnitOf(o.Project))
                .ThenBy(o => of.election.Projects[o.Project].Cost)
                .ThenByDescending(o => of.election.Votes[o.Project])
                .ThenBy(o => o.Project)
                .First();
        }

        void Buy(Offer offer)
        {
            var round = bought.Count;
            var rate = PreciseRate(offer.Project, offer.Rate, offer.Error);
            var exact = of.supporters[offer.Project].Any(s => purses[s.Ballot].Left != 0 && IsDoubtful(AfterPaying(rate, s))) ? ExactRate(offer.Project, offer.Rate, offer.Error) : (Fraction?)null;
            foreach (var supporter in of.supporters[offer.Project])
            {
                var ballot = supporter.Ballot;
                if (purses[ballot].Left == 0) continue;
                var (rest, off) = AfterPaying(rate, supporter);
                if (IsDoubtful((rest, off)))
                {
                    var exactRest = ExactLeft(ballot) - exact!.Value * new Fraction(of.points[supporter.Points]);
                    rest = exactRest > Fraction.Zero ? Twofold.Of(exactRest) : 0;
                    off = rest.High * Twofold.Rounding;
                }
                if (rest.High <= 0) (rest, off, emptied[ballot]) = (0, 0, round);
                purses[ballot] = new(purses[ballot].Voters, rest.High, rest.Low, off);
            }
            bought.Add((offer.Project, rate.Rate.High));
            exactRates.Add(exact);
            boughtIn[offer.Project] = round;
        }

        (Twofold Left, double Off) AfterPaying((Twofold Rate, double Error) rate, Supporter supporter)
        {
            ref readonly var purse = ref purses[supporter.Ballot];
            var paid = rate.Rate * of.precisePoints[supporter.Points];
            return (purse.Money - paid, purse.Doubt + rate.Error * of.pointValues[supporter.Points] * (1 + Rounding) + 4 * (purse.Left + paid.High) * Twofold.Rounding);
        }

        static bool IsDoubtful((Twofold Left, double Off) after) => Math.Abs(after.Left.High) <= after.Off;

        // ------------------------------------------------------------ with more digits

        bool CanPay(int project)
        {
            var (money, off) = ((Twofold)0, 0.0);
            foreach (var (ballot, _) in of.supporters[project])
            {
                ref readonly var purse = ref purses[ballot];
                money += purse.Money * purse.Voters;
                off += purse.Voters * purse.Doubt;
            }
            var more = money - of.preciseCosts[project];
            off += (of.supporters[project].Length + 4) * Twofold.Rounding * (money.High + of.costs[project]);
            return Math.Abs(more.High) > off * (1 + 1e-6) ? more.High > 0 : ExactMoney(project) >= of.election.Projects[project].Cost;
        }

        /// <summary>The rate of a project that could be bought now, known to within an error, and its new error.</summary>
        (Twofold Rate, double Error) PreciseRate(int project, double rate, double error)
        {
            var (supporters, cost) = (of.supporters[project], of.preciseCosts[project]);
            var (rest, open, poorOff, given) = (cost, (Twofold)0, 0.0, 0.0);
            unsure.Clear();
            foreach (var supporter in supporters)
            {
                ref readonly var purse = ref purses[supporter.Ballot];
                if (purse.Left == 0) continue;
                var standing = StandingOf(purse, of.pointValues[supporter.Points], rate, error);
                if (standing != Standing.Poor) open += of.precisePoints[supporter.Points] * purse.Voters;
                else Give(purse);
                if (standing == Standing.Unsure) unsure.Add(supporter);
            }
            var precise = rest / open;
            for (var poorer = 1; poorer > 0;)
            {
                poorer = unsure.RemoveAll(supporter =>
                {
                    ref readonly var purse = ref purses[supporter.Ballot];
                    if (!(purse.Money < precise * of.precisePoints[supporter.Points])) return false;
                    Give(purse);
                    open -= of.precisePoints[supporter.Points] * purse.Voters;
                    return true;
                });
                if (poorer > 0) precise = rest / open;
            }
            var lost = (supporters.Length + 4) * Twofold.Rounding;
            // As in the offer: who is taken for poor and is not, or the other way round, is so by no more than their doubt.
            foreach (var supporter in unsure) poorOff += purses[supporter.Ballot].Voters * purses[supporter.Ballot].Doubt;
            var bound = 4 * (poorOff + lost * (cost.High + given)) / open.High + 4 * rate * lost;
            if (bound < rate * Vague) return (precise, bound);
            var exact = Twofold.Of(ExactRate(project, rate, error));
            return (exact, exact.High * Twofold.Rounding);

            void Give(in Purse purse)
            {
                rest -= purse.Money * purse.Voters;
                poorOff += purse.Voters * purse.Doubt;
                given += purse.Voters * purse.Left;
            }
        }

        static Standing StandingOf(in Purse purse, double value, double rate, double error) =>
            (purse.Left + purse.Doubt) * (1 + Rounding) < (rate - error) * value * (1 - Rounding) ? Standing.Poor
            : (purse.Left - purse.Doubt) * (1 - Rounding) > (rate + error) * value * (1 + Rounding) ? Standing.Rich
            : Standing.Unsure;

        double MoneyOf(int project) => of.supporters[project].Sum(s => purses[s.Ballot].Voters * purses[s.Ballot].Left);

        // ------------------------------------------------------------ without rounding

        /// <summary>What a voter of a ballot has left: nothing, or the endowment less what they paid in each round.</summary>
        Fraction ExactLeft(int ballot) => emptied[ballot] != Never ? Fraction.Zero : Sum([ballot], bought.Count);

        Fraction ExactMoney(int project) => Sum([.. of.supporters[project].Select(s => s.Ballot).Where(b => emptied[b] == Never)], bought.Count);

        /// <summary>What the voters of some ballots had together before a round, none of them having given all by then.</summary>
        Fraction Sum(IReadOnlyCollection<int> ballots, int round)
        {
            var (people, paid) = (0L, new decimal[round]);
            foreach (var ballot in ballots)
            {
                var (choices, number) = (of.election.Ballots[ballot].Choices, of.election.Ballots[ballot].Voters);
                people += number;
                foreach (var choice in choices)
                    if (boughtIn[choice.Project] < round) paid[boughtIn[choice.Project]] += choice.Points * number;
            }
            return paid.Index().Where(p => p.Item != 0).Aggregate(endowment * people, (rest, p) => rest - RateOf(p.Index) * new Fraction(p.Item));
        }

        /// <summary>What was paid a point in a round that is over: those who were emptied in it gave all they had.</summary>
        Fraction RateOf(int round)
        {
            if (exactRates[round] is { } known) return known;
            var project = bought[round].Project;
            var poor = of.supporters[project].Where(s => emptied[s.Ballot] == round).Select(s => s.Ballot).ToList();
            var open = new Fraction(of.supporters[project].Where(s => emptied[s.Ballot] > round).Sum(WeightOf));
            // When nobody kept anything, all gave all; no later round asks for this rate, as nobody is left who paid it.
            var rate = open > Fraction.Zero ? (of.election.Projects[project].Cost - Sum(poor, round)) / open : Fraction.Zero;
            exactRates[round] = rate;
            return rate;
        }

        /// <summary>
        /// The rate of a project that could be bought now, known to within an error. Who is poor and who is not is known too, but for those whose
        /// doubt is larger than the difference: only they are looked at one by one.
        /// </summary>
        Fraction ExactRate(int project, double rate, double error)
        {
            var (poor, doubted, weight) = (new List<int>(), new List<Supporter>(), 0m);
            foreach (var supporter in of.supporters[project])
            {
                if (emptied[supporter.Ballot] != Never) continue;
                var standing = StandingOf(purses[supporter.Ballot], of.pointValues[supporter.Points], rate, error);
                if (standing == Standing.Poor) poor.Add(supporter.Ballot);
                else weight += WeightOf(supporter);
                if (standing == Standing.Unsure) doubted.Add(supporter);
            }
            var (rest, open) = (of.election.Projects[project].Cost - Sum(poor, bought.Count), new Fraction(weight));
            foreach (var (supporter, ratio) in doubted.Select(s => (s, Ratio: ExactRatio(s))).OrderBy(s => s.Ratio))
            {
                if (ratio * open >= rest) return rest / open;
                var given = new Fraction(WeightOf(supporter));
                rest -= ratio * given;
                open -= given;
            }
            return open > Fraction.Zero ? rest / open : throw new InvalidOperationException("Supporters who have the cost of a project have a rate for it.");
        }

        decimal WeightOf(Supporter supporter) => of.points[supporter.Points] * of.election.Ballots[supporter.Ballot].Voters;

        Fraction ExactRatio(Supporter supporter) => ExactLeft(supporter.Ballot) / new Fraction(of.points[supporter.Points]);
    }

    /// <summary>A ballot's money. What is looked at together lies together: once the ballots do not fit into the processor's cache, that is what takes the time.</summary>
    /// <param name="Voters">Who gave the ballot.</param>
    /// <param name="Left">To each of them,</param>
    /// <param name="Low">and this more.</param>
    /// <param name="Doubt">Bounds how far that is off.</param>
    readonly record struct Purse(double Voters, double Left, double Low, double Doubt)
    {
        public Twofold Money => new(Left, Low);
    }

    /// <summary>Whether voters pay the rate of a project, or give all they have.</summary>
    enum Standing
    {
        Poor,
        Rich,
        Unsure,
    }

    /// <summary>What a project would cost its supporters.</summary>
    /// <param name="Rate">A point, at most <paramref name="Error"/> off.</param>
    /// <param name="Lowest">A unit of utility, at least.</param>
    /// <param name="Highest">A unit of utility, at most.</param>
    readonly record struct Offer(int Project, double Rate, double Error, double Lowest, double Highest);
}
