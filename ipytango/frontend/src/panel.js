// One panel as a widget: a place for it, which the hub of the page finds.

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  async render({ model, el }) {
    const slot = document.createElement("div");
    slot.setAttribute("data-ipytango", model.get("panel"));
    el.append(slot);
    // In a page of its own (an output in a frame) this brings the hub there.
    await model.widget_manager.get_model(model.get("hub").replace("IPY_MODEL_", ""));
  },
};
