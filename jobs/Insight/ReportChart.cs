using ScottPlot;

namespace Cirm.Jobs.Insight;

/// <summary>A bar of a chart.</summary>
/// <param name="Label">What stands beside it.</param>
/// <param name="Value">Null: hidden to protect people; then it is hatched and says so.</param>
/// <param name="Text">The value as it is written.</param>
/// <param name="Low">Its bounds,</param>
/// <param name="High">where there are any.</param>
public sealed record Bar(string Label, double? Value, string Text, double? Low = null, double? High = null);

/// <summary>A picture of a report's last period: bars, with their bounds. Its font comes with us, so that letters are there on any machine; right-to-left texts are shaped by HarfBuzz.</summary>
public static class ReportChart
{
    const string Font = "DejaVu Sans";
    const int Width = 900, BarHeight = 34, Around = 130;

    static ReportChart()
    {
        Fonts.AddFontFile(Font, Path.Combine(AppContext.BaseDirectory, "Insight", "DejaVuSans.ttf"));
        Fonts.Default = Font;
        LabelStyle.RTLSupport = true;
    }

    /// <summary>Draws.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="period">When; beside the title, because a text runs in one direction.</param>
    /// <param name="bars">From top to bottom; at least one.</param>
    /// <returns>A PNG.</returns>
    public static byte[] Draw(string title, string period, IReadOnlyList<Bar> bars)
    {
        using var plot = new Plot();
        var most = bars.Max(b => b.High ?? b.Value ?? 0) is > 0 and var high ? high : 1;
        var drawn = bars.Select((bar, i) =>
        {
            var place = bars.Count - i; // the first one on top
            var one = new ScottPlot.Bar
            {
                Position = place, Value = bar.Value ?? most * 0.3, Orientation = Orientation.Horizontal, Size = 0.7, LineWidth = 0,
                FillColor = bar.Value is null ? Colors.WhiteSmoke : Color.FromHex("#2f6f9f"), ValueLabel = bar.Text,
            };
            if (bar.Value is null) (one.FillHatch, one.FillHatchColor) = (new ScottPlot.Hatches.Striped(ScottPlot.Hatches.StripeDirection.DiagonalUp), Colors.Gray);
            if (bar is { Low: { } from, High: { } to })
            {
                var bounds = plot.Add.Line(from, place - 0.28, to, place - 0.28);
                (bounds.LineColor, bounds.LineWidth, bounds.MarkerSize) = (Colors.Black, 2, 0);
            }
            return one;
        }).ToArray();
        var shown = plot.Add.Bars(drawn);
        (shown.ValueLabelStyle.FontName, shown.ValueLabelStyle.FontSize) = (Font, 13);
        plot.MoveToBottom(shown);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. bars.Select((_, i) => (double)(bars.Count - i))], [.. bars.Select(b => b.Label)]);
        (plot.Axes.Left.TickLabelStyle.FontName, plot.Axes.Left.TickLabelStyle.FontSize, plot.Axes.Left.MajorTickStyle.Length) = (Font, 14, 0);
        plot.Axes.Bottom.TickLabelStyle.FontName = Font;
        plot.Axes.Title.Label.FontName = Font;
        plot.Title(title, 16);
        plot.XLabel(period, 13);
        plot.Axes.Bottom.Label.FontName = Font;
        plot.HideGrid();
        plot.Axes.SetLimits(0, most * 1.15, 0.3, bars.Count + 0.7);
        return plot.GetImageBytes(Width, Around + BarHeight * bars.Count, ImageFormat.Png);
    }
}
