// Everything works without this: it adds what GOV.UK Frontend's components do better with JavaScript.
document.body.classList.add('js-enabled', ...('noModule' in HTMLScriptElement.prototype ? ['govuk-frontend-supported'] : []))
const { initAll } = await import(document.querySelector('script[data-govuk]').dataset.govuk)
initAll()
