// Draws the cards of the page with the library AdaptiveCards, and opens one quote as a reader would: by its button.
const data = JSON.parse(document.getElementById("cards").textContent);
const config = new AdaptiveCards.HostConfig({
  fontFamily: "inherit",
  spacing: { small: 4, default: 8, medium: 14, large: 20, extraLarge: 28, padding: 12 },
  fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 22 },
  fontWeights: { lighter: 300, default: 400, bolder: 600 },
  supportsInteractivity: true,
  separator: { lineThickness: 1, lineColor: "#d8d8e0" },
  containerStyles: {
    default: { backgroundColor: "#ffffff", foregroundColors: { default: { default: "#1f1f28", subtle: "#5c5c6b" } } },
    emphasis: { backgroundColor: "#f1f2f8", foregroundColors: { default: { default: "#1f1f28", subtle: "#5c5c6b" } } },
  },
  actions: { maxActions: 6, spacing: "default", buttonSpacing: 8, actionsOrientation: "horizontal", actionAlignment: "left" },
});
document.querySelectorAll(".card").forEach((place, n) => {
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = data[n].texts[text];
    result.didProcess = result.outputHtml !== undefined;
  };
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = config;
  card.parse(data[n].card);
  place.append(card.render());
});
const opened = ` ${document.body.dataset.opened}`;
[...document.querySelectorAll(".card button")].find((button) => button.textContent.endsWith(opened))?.click();
