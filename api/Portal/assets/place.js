// Where something is, by where the reader stands or by a map: both only fill the fields of the form, which work without them.
const place = document.querySelector('[data-place]')
const [latitude, longitude] = ['location-latitude', 'location-longitude'].map(id => document.getElementById(id))
const told = place.querySelector('[data-told]'), element = place.querySelector('.cirm-map')
let map, marker

const show = at => {
  if (!map) return
  marker ??= L.circleMarker(at, { radius: 10, weight: 4, color: '#b10e1e', fillOpacity: 0.4 }).addTo(map)
  marker.setLatLng(at)
}
const choose = (lat, lng) => {
  for (const [field, value] of [[latitude, lat], [longitude, lng]]) field.value = value.toFixed(5)
  latitude.closest('details').open = true
  told.textContent = `${latitude.value}, ${longitude.value}`
  show([lat, lng])
}

place.hidden = false
const here = place.querySelector('[data-here]')
if (here && (!('geolocation' in navigator) || !isSecureContext)) here.hidden = true
here?.addEventListener('click', () => navigator.geolocation.getCurrentPosition(
  at => {
    choose(at.coords.latitude, at.coords.longitude)
    map?.setView([at.coords.latitude, at.coords.longitude], 17)
  },
  () => { told.textContent = place.dataset.failed },
))

if (element) {
  const { tiles, credit, zoom } = element.dataset
  map = L.map(element, { zoomControl: false, attributionControl: false }).setView([Number(element.dataset.latitude), Number(element.dataset.longitude)], Number(zoom))
  L.control.zoom({ zoomInTitle: element.dataset.in, zoomOutTitle: element.dataset.out }).addTo(map)
  const attribution = L.control.attribution({ prefix: false }).addTo(map)
  if (credit) attribution.addAttribution(credit.replace(/[<>&]/g, ''))
  L.tileLayer(tiles, { maxZoom: 19 }).addTo(map)
  map.on('click', e => choose(e.latlng.lat, e.latlng.lng))
  place.querySelector('[data-middle]').addEventListener('click', () => {
    const at = map.getCenter()
    choose(at.lat, at.lng)
  })
  if (latitude.value && longitude.value) {
    show([Number(latitude.value), Number(longitude.value)])
    map.setView([Number(latitude.value), Number(longitude.value)], 17)
  }
}
