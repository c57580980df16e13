// Charts over time with uPlot. The figures come from a <script type="application/json"> that also fills the table twin,
// so a reader without JavaScript has the table.
const LOCALE = document.documentElement.lang || "en";
const TIME_ZONE = document.documentElement.dataset.timeZone || "UTC";
const SYNC = "time";
const HOUR_MINUTE = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: TIME_ZONE });
const TO_THE_SECOND = new Intl.DateTimeFormat(LOCALE, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZone: TIME_ZONE,
});
const LABEL_GAP = 6;
const NARROWEST = 44;
const charts = new Map();

function colour(name) {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function translucent(rgb, alpha) {
  return rgb.replace(/^rgb\(/, "rgba(").replace(/\)$/, `, ${alpha})`);
}

// As wide as the longest label, which is not known before the figures are: "150,000" takes more room than "7".
function labelled(chart, labels, index, cycle) {
  const axis = chart.axes[index];
  if (cycle > 1) return axis._size;
  chart.ctx.font = axis.font[0];
  const widths = (labels ?? []).map((label) => chart.ctx.measureText(label ?? "").width / devicePixelRatio);
  return Math.max(NARROWEST, Math.ceil(Math.max(0, ...widths)) + 2 * LABEL_GAP);
}

function axes(height) {
  const ink = colour("--ink-3");
  const grid = { stroke: colour("--line"), width: 1 };
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const common = { stroke: ink, font, ticks: { show: false } };
  return [
    {
      ...common,
      grid: { show: false },
      size: 24,
      gap: 4,
      space: 70,
      // Ticks less than a minute apart would all read the same without their seconds.
      values: (_, splits, axis, space, step) =>
        splits.map((second) => (step < 60 ? TO_THE_SECOND : HOUR_MINUTE).format(second * 1000)),
    },
    { ...common, grid, size: labelled, gap: LABEL_GAP, space: Math.max(26, height / 5) },
  ];
}

function seriesOf(spec) {
  const stroke = colour(spec.color || "--charging-fill");
  const step = spec.step ? window.uPlot.paths.stepped({ align: 1 }) : undefined;
  return {
    label: spec.label,
    stroke,
    width: spec.dash ? 1.25 : 1.75,
    dash: spec.dash ? [5, 4] : undefined,
    fill: spec.fill ? translucent(stroke, 0.12) : undefined,
    paths: step,
    points: { show: false },
    spanGaps: true,
  };
}

function readout(figure, data) {
  const output = figure.querySelector("[data-chart-value]");
  const format = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: data.digits ?? 1 });
  const rest = output?.textContent;
  return (chart) => {
    if (!output) return;
    const index = chart.cursor.idx;
    const value = index == null ? null : chart.data[1][index];
    output.textContent =
      value == null ? rest : `${format.format(value)} ${data.unit} at ${TO_THE_SECOND.format(chart.data[0][index] * 1000)}`;
  };
}

function draw(figure) {
  const data = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  const plot = figure.querySelector(".chart-plot");
  const height = plot.clientHeight || 150;
  const options = {
    width: plot.clientWidth,
    height,
    tzDate: (second) => window.uPlot.tzDate(new Date(second * 1000), TIME_ZONE),
    legend: { show: false },
    cursor: { sync: { key: SYNC }, y: false, points: { size: 7 }, drag: { x: true, y: false } },
    scales: { y: { range: (_, low, high) => [data.min ?? Math.min(0, low), data.max ?? Math.max(high * 1.1, 1)] } },
    series: [{}, ...data.series.map(seriesOf)],
    axes: axes(height),
    hooks: { setCursor: [readout(figure, data)] },
  };
  return new window.uPlot(options, [data.times, ...data.series.map((s) => s.values)], plot);
}

function redraw(figure) {
  charts.get(figure)?.destroy();
  charts.set(figure, draw(figure));
}

const resizer = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const chart = charts.get(target.closest("[data-chart]"));
    if (chart && chart.width !== target.clientWidth) {
      chart.setSize({ width: target.clientWidth, height: target.clientHeight });
    }
  }
});

function redrawAll() {
  for (const figure of charts.keys()) {
    if (figure.isConnected) redraw(figure);
    else charts.delete(figure);
  }
}

export function startCharts() {
  for (const figure of document.querySelectorAll("[data-chart]")) {
    if (charts.has(figure)) continue;
    redraw(figure);
    resizer.observe(figure.querySelector(".chart-plot"));
  }
}

document.addEventListener("cpms:theme", redrawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
