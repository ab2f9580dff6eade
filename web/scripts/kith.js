// One bundle for every page. Each page works without it; nothing here is needed to read or to send.
import htmx from "htmx.org";
import { Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios, SkipLink, Tabs, createAll } from "govuk-frontend";
import { bodyMap } from "./bodymap.js";
import { draft } from "./draft.js";
import { hideScreen } from "./hide.js";
import { leave } from "./leave.js";
import { passkey } from "./passkey.js";
import { picker } from "./picker.js";

// Back always fetches the page from the server, so that after sign-out it shows nothing.
htmx.config.history = "reload";
htmx.config.includeIndicatorCSS = false;
// Attributes carry data, never script. The page's policy would refuse it anyway; this names the culprit.
htmx.registerExtension("kith-no-script", {
  init(api) {
    const refuse = function () {
      throw new Error("Script in an attribute is not run here");
    };
    api.initSecurity(null, refuse, refuse);
  },
});

const components = [Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios, SkipLink, Tabs];

// start wires what the server sent: the whole page once, and each piece that htmx puts in later.
function start(scope) {
  for (const component of components) {
    const fresh = [...scope.querySelectorAll(`[data-module="${component.moduleName}"]`)].some((e) => !e.hasAttribute(`data-${component.moduleName}-init`));
    if (fresh) createAll(component, undefined, { scope, onError: () => {} });
  }
  bodyMap(scope);
  passkey(scope);
  picker(scope);
}

document.body.classList.add("js-enabled", "govuk-frontend-supported");
draft();
hideScreen();
leave();
start(document);
document.addEventListener("htmx:after:swap", (event) => start(event.target instanceof Element ? event.target : document));
