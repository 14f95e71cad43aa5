"""In which forms does the data map leave? One file for each form, all made from one `MapTold`."""
