// Starts Swagger UI. A file of its own, so that the page's content security policy can forbid inline scripts.
const root = document.getElementById('swagger-ui')
const { documentUrl, redirectUrl, oauth2 } = JSON.parse(root.dataset.config)

const dark = matchMedia('(prefers-color-scheme: dark)')
const followTheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', followTheme)
followTheme()

// Swagger UI keeps what was typed into an OAuth2 form together with the token. Only the token is needed after a reload.
const forgetPasswords = () => ({
  statePlugins: {
    auth: {
      wrapActions: {
        persistAuthorizationIfNeeded: (persist) => () => {
          persist()
          const kept = JSON.parse(localStorage.getItem('authorized') ?? '{}')
          for (const authorization of Object.values(kept)) {
            delete authorization.password
            delete authorization.clientSecret
          }
          localStorage.setItem('authorized', JSON.stringify(kept))
        },
      },
    },
  },
})

const ui = SwaggerUIBundle({
  domNode: root,
  url: documentUrl,
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: true,
  showExtensions: true,
  oauth2RedirectUrl: new URL(redirectUrl, location.href).href,
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [forgetPasswords],
  // Otherwise the document would be sent to a validator on the internet.
  validatorUrl: null,
})
if (oauth2 !== undefined) {
  ui.initOAuth({
    clientId: oauth2.clientId,
    scopes: oauth2.scopes,
    usePkceWithAuthorizationCodeGrant: oauth2.usePkce !== false,
  })
}
