DROP INDEX listings.listings_everywhere;
DROP TABLE listings.offers;
DROP TABLE listings.grams;
DROP TABLE listings.items;
DROP TABLE listings.types;
