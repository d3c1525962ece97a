// Bars and lines drawn from a table that stands on the page: what the table does not say, no chart says.
import { BarController, BarElement, CategoryScale, Chart, LinearScale, LineController, LineElement, PointElement, Tooltip, Legend } from 'chart.js'

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, LineController, LineElement, PointElement, Tooltip)

// Colours of the page, whether light, dark or forced by the reader; series differ in lightness too, not in hue alone.
const colours = () => {
  const forced = matchMedia('(forced-colors: active)').matches
  const style = getComputedStyle(document.body)
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  return {
    text: style.color,
    grid: forced ? style.color : getComputedStyle(document.documentElement).getPropertyValue('--govuk-border-colour').trim() || '#b1b4b6',
    series: forced ? [style.color] : dark ? ['#8ec4f5', '#f3c969', '#7fd19b', '#c8a8f0'] : ['#1d5f9e', '#7a5200', '#00703c', '#4c2c92'],
    bounds: style.color,
  }
}

// A table whose head has data-series cells, and whose rows have a cell with data-value for each; no value is a gap, not nought.
const read = table => {
  const figures = row => [...row.querySelectorAll('[data-value], [data-hidden]')]
  const rows = [...table.tBodies[0].rows].filter(row => figures(row).length > 0)
  if ('newest' in table.dataset) rows.reverse() // tables begin with the newest, lines with the oldest
  return {
    labels: rows.map(row => row.cells[0].textContent.trim()),
    series: [...table.querySelectorAll('thead [data-series]')].map((head, i) => ({ label: head.textContent.trim(), cells: rows.map(row => figures(row)[i]).filter(cell => cell) })),
  }
}

const number = text => text === undefined || text === '' ? null : Number(text)

const draw = table => {
  const { labels, series } = read(table)
  const line = table.dataset.chart === 'line'
  const { text, grid, series: hues, bounds } = colours()
  const datasets = series.flatMap(({ label, cells }, i) => {
    const hue = hues[i % hues.length]
    const values = { label, data: cells.map(c => number(c.dataset.value)), backgroundColor: hue, borderColor: hue, borderWidth: line ? 3 : 0, pointRadius: 4, maxBarThickness: 26, order: 2 }
    // The 95 % bounds, as a thin bar across the end of the thick one.
    return cells.some(c => c.dataset.low)
      ? [{ label: '', data: cells.map(c => c.dataset.low ? [number(c.dataset.low), number(c.dataset.high)] : null), backgroundColor: bounds, barThickness: 2, grouped: false, order: 1 }, values]
      : [values]
  })
  const percent = table.dataset.unit === 'percent'
  const digits = value => new Intl.NumberFormat(document.documentElement.lang, { style: percent ? 'percent' : 'decimal', maximumFractionDigits: percent ? 0 : 2 }).format(value)
  const rtl = document.documentElement.dir === 'rtl'
  const values = { beginAtZero: true, grid: { color: grid }, ticks: { color: text, callback: digits }, ...(percent ? { suggestedMax: 1 } : {}), ...(line ? { position: rtl ? 'right' : 'left' } : {}) }
  const names = { grid: { display: false }, ticks: { color: text, autoSkip: line }, ...(line ? {} : { position: rtl ? 'right' : 'left' }) }
  return {
    type: line ? 'line' : 'bar',
    data: { labels, datasets },
    options: {
      indexAxis: line ? 'x' : 'y',
      animation: false,
      maintainAspectRatio: false,
      locale: document.documentElement.lang,
      font: { family: getComputedStyle(document.body).fontFamily },
      scales: line ? { x: { ...names, reverse: rtl }, y: values } : { y: names, x: { ...values, reverse: rtl } },
      plugins: {
        legend: { display: series.length > 1, rtl, labels: { color: text, filter: item => item.text !== '' } },
        tooltip: { rtl, filter: item => item.dataset.label !== '', callbacks: { label: item => item.parsed[line ? 'y' : 'x'] === null ? '' : `${item.dataset.label}: ${digits(item.parsed[line ? 'y' : 'x'])}` } },
      },
    },
  }
}

const drawn = new Map()
const show = table => {
  drawn.get(table)?.destroy()
  let box = table.previousElementSibling
  if (!box?.classList.contains('cirm-chart')) {
    box = document.createElement('div')
    box.className = 'cirm-chart'
    box.setAttribute('aria-hidden', 'true') // the table says it all
    table.before(box)
  }
  const rows = table.tBodies[0].rows.length
  box.dataset.rows = table.dataset.chart === 'line' || rows > 12 ? 'many' : rows > 6 ? 'some' : 'few'
  const canvas = document.createElement('canvas')
  box.replaceChildren(canvas)
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily
  drawn.set(table, new Chart(canvas, draw(table)))
}

export const showAll = () => {
  const tables = [...document.querySelectorAll('table[data-chart]')].filter(table => table.querySelector('[data-value]'))
  tables.forEach(show)
  for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) matchMedia(query).addEventListener('change', () => tables.forEach(show))
}
