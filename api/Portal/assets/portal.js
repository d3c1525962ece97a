// Everything works without this: it adds what GOV.UK Frontend's components do better with JavaScript.
document.body.classList.add('js-enabled', ...('noModule' in HTMLScriptElement.prototype ? ['govuk-frontend-supported'] : []))
const { initAll } = await import(document.querySelector('script[data-govuk]').dataset.govuk)
initAll()

// The page as the server would show it now, of which parts are taken over.
const read = async (address, options) => {
  const answer = await fetch(address, { credentials: 'same-origin', ...options })
  return answer.headers.get('content-type')?.startsWith('text/html') ? new DOMParser().parseFromString(await answer.text(), 'text/html') : null
}
const takeOver = (part, from) => {
  const now = from?.getElementById(part.id)
  if (now && now.innerHTML !== part.innerHTML) part.replaceChildren(...now.childNodes)
  return now
}

// Long work shows how far it is, until it is over; while nobody looks, nobody asks.
const watch = async () => {
  const parts = [...document.querySelectorAll('[data-live]')]
  if (parts.length === 0) return
  await new Promise(done => setTimeout(done, 2000))
  if (!document.hidden) {
    const page = await read(location.href).catch(() => null)
    if (page && !page.querySelector('[data-live]')) return location.reload() // over: what can be done now stands beside it
    for (const part of parts) takeOver(part, page)
  }
  watch()
}
watch()

// A form with a preview shows it by itself when a field was left changed, not at every key: sizes of half-typed rules would be told, and told sizes
// keep others from being told. What is wrong is said at the fields when the form is sent.
for (const form of document.querySelectorAll('form[data-preview]')) {
  const button = form.querySelector('button[formaction]')
  let wait, asked = 0
  form.addEventListener('change', () => {
    clearTimeout(wait)
    wait = setTimeout(async () => {
      const turn = ++asked
      const said = new URLSearchParams(new FormData(form))
      said.set(button.name, button.value)
      const page = await read(button.formAction, { method: 'POST', body: said }).catch(() => null)
      if (!page || turn !== asked) return
      for (const part of [document.querySelector(form.dataset.preview), ...form.querySelectorAll('[data-with-preview]')]) takeOver(part, page)
    }, 300)
  })
}

// Tables that can be seen as a chart are, beside what they say.
if (document.querySelector('table[data-chart] [data-value]')) (await import(document.querySelector('script[data-chart]').dataset.chart)).showAll()
// What was chosen comes to so much of so much: told while choosing, in the digits of the page.
for (const form of document.querySelectorAll('form[data-budget]')) {
  const boxes = [...form.querySelectorAll('input[type=checkbox]')], costs = form.dataset.costs.split(' ').map(Number), budget = Number(form.dataset.budget)
  const output = form.querySelector('output'), number = new Intl.NumberFormat(document.documentElement.lang === 'fa' ? 'fa-IR' : 'en-US')
  const tell = () => {
    const sum = boxes.reduce((all, box, i) => all + (box.checked ? costs[i] : 0), 0)
    output.textContent = output.dataset.sum.replace('{0}', number.format(sum)).replace('{1}', number.format(budget)).replace('{2}', number.format(budget - sum))
    output.parentElement.classList.toggle('cirm-sum--over', sum > budget)
  }
  output.parentElement.hidden = false
  form.addEventListener('change', tell)
  tell()
}
